namespace OpenInteractions.Storage;

/// <summary>A store cannot be migrated or copied. The text tells the operator why and what to do; it holds no password and nothing of what is stored.</summary>
public sealed class StoreRefusedException(string message, Exception? innerException = null) : Exception(message, innerException);
