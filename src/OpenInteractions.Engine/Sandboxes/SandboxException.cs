namespace OpenInteractions.Engine.Sandboxes;

/// <summary>Something about a sandbox did not work in a way that was to be expected. The message is for the operator; callers of the API get words of their own.</summary>
/// <param name="kind">What kind.</param>
/// <param name="message">What happened, and what to do.</param>
/// <param name="errno">The system's error number for file operations and starts of commands, otherwise 0.</param>
public sealed class SandboxException(SandboxErrorKind kind, string message, int errno = 0) : Exception(message)
{
    /// <summary>What kind.</summary>
    public SandboxErrorKind Kind => kind;

    /// <summary>The system's error number, or 0.</summary>
    public int Errno => errno;

    /// <summary>Which part of what was asked for failed, such as the entry of an archive; empty when it is not said. The sandbox's own words.</summary>
    public string Detail { get; init; } = "";
}

/// <summary>What did not work.</summary>
public enum SandboxErrorKind
{
    /// <summary>What was asked for is out of its range, or names nothing.</summary>
    Invalid,

    /// <summary>There is one of that name already, or it is in use.</summary>
    Conflict,

    /// <summary>This machine does not have what it takes.</summary>
    Refused,

    /// <summary>A file operation failed inside, or a command could not be started.</summary>
    File,

    /// <summary>The sandbox has ended.</summary>
    Ended,

    /// <summary>A disk is not laid out as the engine makes them: somebody else wrote it.</summary>
    BadDisk,
}
