namespace OpenInteractions.Engine.Storage;

/// <summary>
/// The store cannot do this now: the disk is full or failing, the database is closed or out of reach. A write that ends so was rolled back.
/// The text is for the log, not for callers.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
