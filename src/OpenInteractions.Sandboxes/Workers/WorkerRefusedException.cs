namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A worker cannot go on, and trying again would not help; the message is for who runs it.</summary>
public sealed class WorkerRefusedException(string message) : Exception(message);
