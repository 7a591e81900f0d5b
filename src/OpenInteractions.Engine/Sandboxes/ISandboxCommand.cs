namespace OpenInteractions.Engine.Sandboxes;

/// <summary>A command inside a sandbox. It runs on when nobody reads it any more, until its time is over or the sandbox stops.</summary>
public interface ISandboxCommand
{
    /// <summary>Its number, unique in its sandbox.</summary>
    long Id { get; }

    /// <summary>Completes when the command has ended and all of its output is there.</summary>
    /// <exception cref="SandboxException">The sandbox ended first.</exception>
    Task<CommandResult> Result { get; }

    /// <summary>The output, as it comes, for one reader. Where <see cref="CommandSpec.KeepLast"/> is set, what was kept and then what comes.</summary>
    /// <param name="cancellationToken">Ends the reading, not the command.</param>
    IAsyncEnumerable<CommandOutput> ReadOutputAsync(CancellationToken cancellationToken);

    /// <summary>Writes to its standard input; waits while the command does not read. Needs <see cref="CommandSpec.HasInput"/>.</summary>
    /// <param name="data">Bytes.</param>
    /// <param name="cancellationToken">Ends the wait; some of the bytes may have arrived.</param>
    Task WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Ends its standard input.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task EndInputAsync(CancellationToken cancellationToken);

    /// <summary>Sends a signal to its process group; SIGKILL (9) takes its whole session. Nothing happens when it has ended.</summary>
    /// <param name="signal">1 to 64.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task SignalAsync(int signal, CancellationToken cancellationToken);
}

/// <summary>A piece of output.</summary>
/// <param name="IsError">Whether it is error output.</param>
/// <param name="Data">Bytes; a character may be cut between two pieces.</param>
public readonly record struct CommandOutput(bool IsError, ReadOnlyMemory<byte> Data);

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">What it returned, 0 to 255; 0 where a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
/// <param name="TimedOut">Whether it was killed because its time was over.</param>
/// <param name="OutputDropped">Bytes of standard output beyond the limit.</param>
/// <param name="ErrorDropped">Bytes of error output beyond the limit.</param>
/// <param name="Cpu">Time on processors, with the children that it waited for.</param>
public sealed record CommandResult(int ExitCode, int Signal, bool TimedOut, long OutputDropped, long ErrorDropped, TimeSpan Cpu);

/// <summary>A command to run.</summary>
public sealed record CommandSpec
{
    /// <summary>The program, looked for in PATH, and its arguments; with a <see cref="Session"/>, one line for its shell. Together with the environment 200 KiB at most, each 128 KiB at most.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Where it starts, absolute. Without one: where its session is, otherwise the workspace.</summary>
    public string? Directory { get; init; }

    /// <summary>Variables beside those of the sandbox, and instead of those of the same name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of what the server itself runs inside: its programs are those of the system, and not what an agent has put where its own PATH leads first.</summary>
    public static IReadOnlyDictionary<string, string> OfSystem { get; } = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/usr/local/sbin" };

    /// <summary>The shell session whose directory and exported variables it takes up and leaves changed: 1 to 64 letters, digits, <c>-</c> or <c>_</c>.</summary>
    public string? Session { get; init; }

    /// <summary>Whether something will be written to its standard input, which is empty otherwise.</summary>
    public bool HasInput { get; init; }

    /// <summary>After that its whole session is killed. Up to 24 hours; without one only the end of the sandbox ends it.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Bytes of standard output, and of error output, that are handed on; what is beyond is counted. Without a limit, a command that nobody reads waits.</summary>
    public long? OutputLimit { get; init; }

    /// <summary>For a command in the background: that it never waits for a reader, and how many bytes of output are kept for one, the last ones; up to 16 MiB.</summary>
    public int? KeepLast { get; init; }
}
