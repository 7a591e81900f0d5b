namespace OpenInteractions.Engine.Sandboxes;

/// <summary>A live sandbox. Everything that comes out of it is input from a stranger. Disposing it stops it at once.</summary>
public interface ISandbox : IAsyncDisposable
{
    /// <summary>Its name, from the <see cref="SandboxSpec"/>.</summary>
    string Id { get; }

    /// <summary>Files inside, as its commands see them.</summary>
    ISandboxFiles Files { get; }

    /// <summary>Commands that run, by the numbers that they were given.</summary>
    IReadOnlyCollection<ISandboxCommand> Commands { get; }

    /// <summary>Completes when the sandbox has ended, whatever ended it. Never fails.</summary>
    Task<SandboxEnd> Ended { get; }

    /// <summary>Starts a command.</summary>
    /// <param name="command">Which, and how.</param>
    /// <param name="cancellationToken">Ends the wait for its start.</param>
    /// <exception cref="SandboxException">The program or the directory is missing, too many run, or the sandbox has ended.</exception>
    Task<ISandboxCommand> StartAsync(CommandSpec command, CancellationToken cancellationToken);

    /// <summary>Ends all commands, brings what they wrote onto the disk, and removes every trace but the disk.</summary>
    /// <param name="grace">How long commands have to end by themselves after SIGTERM; zero kills them at once.</param>
    /// <param name="cancellationToken">Ends the grace, not the stop.</param>
    Task<SandboxEnd> StopAsync(TimeSpan grace, CancellationToken cancellationToken);
}

/// <summary>How a sandbox ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">A sentence for the operator.</param>
/// <param name="MemoryKills">Processes that were killed because the memory limit was reached, over its whole life.</param>
public sealed record SandboxEnd(SandboxEndReason Reason, string Detail, long MemoryKills);

/// <summary>Why a sandbox ended.</summary>
public enum SandboxEndReason
{
    /// <summary>It was asked to.</summary>
    Stopped,

    /// <summary>Its memory limit took the init itself.</summary>
    OutOfMemory,

    /// <summary>Its init ended without being asked to.</summary>
    Exited,

    /// <summary>It broke the protocol, and was killed.</summary>
    Lost,
}
