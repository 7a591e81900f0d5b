namespace OpenInteractions.Engine.Storage;

/// <summary>
/// The store cannot do this now: the disk is full or failing, the database is closed or out of reach. A write that ends so was rolled back, but for one
/// case: a database behind a network may have committed it and died before it could say so. The text is for the log, not for callers.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the disk is full: what is smaller may still find room.</summary>
    public bool IsFull { get; init; }
}
