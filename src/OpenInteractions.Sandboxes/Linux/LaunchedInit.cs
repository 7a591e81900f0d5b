using System.Diagnostics;
using System.Text;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>The process of a sandbox with its control group and its two pipes. Who reads the frames is somebody else's matter.</summary>
internal sealed class LaunchedInit : IDisposable
{
    private const int MaxErrors = 4096;
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Action _removed;
    private readonly Task _listening;
    private readonly StringBuilder _errors = new();

    public LaunchedInit(Process process, ControlGroup group, Action removed)
    {
        (_process, Group, _removed) = (process, group, removed);
        _listening = ListenAsync(process.StandardError);
    }

    /// <summary>From the init.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>To the init.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The process that the server started, seen from the host.</summary>
    public int HostPid => _process.Id;

    public bool HasExited => _process.HasExited;

    public ControlGroup Group { get; }

    /// <summary>What the launch chain complained about.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return Connection.Errors.Shown(_errors.ToString().Trim());
            }
        }
    }

    /// <summary>Waits for the end, and sees to it that nothing is left.</summary>
    /// <param name="connection">Completes when nothing comes out of the init any more: with null when it closed, otherwise with what it did wrong.</param>
    /// <param name="close">Ends the connection.</param>
    /// <param name="isStopped">Whether it was asked to end.</param>
    public async Task<SandboxEnd> WatchAsync(Task<string?> connection, Action close, Func<bool> isStopped)
    {
        var exited = _process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(connection, exited);
        var early = Group.MemoryKills; // a runtime removes the group with the container, and the count with it
        // One without the other for long: it closed its pipe and lives on, or somebody else holds the pipe.
        await Task.WhenAny(Task.WhenAll(connection, exited), connection.IsCompletedSuccessfully && await connection is not null ? Task.CompletedTask : Task.Delay(TimeToEnd));
        var (kills, broken) = (Math.Max(early, Group.MemoryKills), connection.IsCompleted ? await connection : "It closed nothing and ended all the same.");
        close();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Group.KillAsync();
        await exited;
        await _listening;
        _removed();
        return isStopped() ? new SandboxEnd(SandboxEndReason.Stopped, "It was stopped.", kills)
            : broken is not null ? new SandboxEnd(SandboxEndReason.Lost, broken, kills)
            : kills > 0 && _process.ExitCode == 137 ? new SandboxEnd(SandboxEndReason.OutOfMemory, "Its memory was used up, and its init was killed.", kills)
            : new SandboxEnd(SandboxEndReason.Exited, $"It ended with {_process.ExitCode}. {Errors}".TrimEnd(), kills);
    }

    public void Dispose() => _process.Dispose();

    private async Task ListenAsync(StreamReader errors)
    {
        var buffer = new char[1024];
        while (await errors.ReadAsync(buffer) is var count and > 0)
        {
            lock (_errors)
            {
                _errors.Append(buffer.AsSpan(0, Math.Min(count, MaxErrors - _errors.Length)));
            }
        }
    }
}
