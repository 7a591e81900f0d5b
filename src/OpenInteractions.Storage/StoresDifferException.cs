namespace OpenInteractions.Storage;

/// <summary>Two stores that should hold the same do not. The text names the first row that differs by its key.</summary>
public sealed class StoresDifferException(string message) : Exception(message);
