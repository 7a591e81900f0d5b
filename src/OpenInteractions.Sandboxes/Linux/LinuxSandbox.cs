using System.Diagnostics;
using System.Text;
using OpenInteractions.Sandboxes.Connection;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>A live sandbox: the process that the server started, the control group, the connection to the init.</summary>
internal sealed class LinuxSandbox : ISandbox
{
    private const int MaxErrors = 4096;
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly ControlGroup _group;
    private readonly Action _removed;
    private readonly FrameConnection _connection;
    private readonly RemoteSandbox _remote;
    private readonly StringBuilder _errors = new();
    private volatile SandboxSpec _spec;
    private volatile bool _stopping;

    public LinuxSandbox(SandboxSpec spec, Func<SandboxSpec, Doors, IReadOnlyDictionary<string, string>> environment, Process process, ControlGroup group, Action removed)
    {
        (_spec, _process, _group, _removed) = (spec, process, group, removed);
        var listening = ListenAsync(process.StandardError);
        _connection = new FrameConnection(process.StandardOutput.BaseStream, process.StandardInput.BaseStream, spec.Network);
        _remote = new RemoteSandbox(_connection, () => environment(_spec, _connection.Doors), Policy.LaunchCommand.Workspace);
        Ended = WatchAsync(listening);
    }

    public string Id => _spec.Id;

    public ISandboxFiles Files => _remote.Files;

    public IReadOnlyCollection<ISandboxCommand> Commands => _remote.Commands;

    public Task<SandboxEnd> Ended { get; }

    /// <summary>Whether nothing was seen of its end yet, which <see cref="Ended"/> says when everything is tidied up.</summary>
    public bool IsAlive => !_connection.Ended.IsCompleted && !_process.HasExited;

    /// <summary>Completes when the init is there.</summary>
    public Task Greeted => _connection.Greeted;

    /// <summary>The doors of the network that there are.</summary>
    public Doors Doors => _connection.Doors;

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

    /// <summary>The process that the server started, seen from the host.</summary>
    public int HostPid => _process.Id;

    public ControlGroup Group => _group;

    /// <summary>Becomes the sandbox of somebody else, before its first command: name, variables and way out are his from now on.</summary>
    public void Become(SandboxSpec spec)
    {
        _connection.Serve(spec.Network);
        _spec = spec;
    }

    public Task<ISandboxCommand> StartAsync(CommandSpec command, CancellationToken cancellationToken) => _remote.StartAsync(command, cancellationToken);

    public async Task<SandboxEnd> StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        _stopping = true;
        try
        {
            await _remote.ShutDownAsync(grace);
        }
        catch (SandboxException)
        {
            // It has ended already.
        }

        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        impatient.CancelAfter(grace + TimeToEnd);
        try
        {
            return await Ended.WaitAsync(impatient.Token);
        }
        catch (OperationCanceledException)
        {
            _connection.End(null);
            return await Ended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        await _connection.DisposeAsync();
        _process.Dispose();
    }

    private async Task<SandboxEnd> WatchAsync(Task listening)
    {
        var exited = _process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(_connection.Ended, exited);
        var early = _group.MemoryKills; // a runtime removes the group with the container, and the count with it
        // One without the other for long: it closed its pipe and lives on, or somebody else holds the pipe.
        await Task.WhenAny(Task.WhenAll(_connection.Ended, exited), _connection.Ended.IsCompletedSuccessfully && await _connection.Ended is not null ? Task.CompletedTask : Task.Delay(TimeToEnd));
        var (kills, broken) = (Math.Max(early, _group.MemoryKills), _connection.Ended.IsCompleted ? await _connection.Ended : "It closed nothing and ended all the same.");
        _connection.End(null);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _group.KillAsync();
        await exited;
        await listening;
        _removed();
        return _stopping ? new SandboxEnd(SandboxEndReason.Stopped, "It was stopped.", kills)
            : broken is not null ? new SandboxEnd(SandboxEndReason.Lost, broken, kills)
            : kills > 0 && _process.ExitCode == 137 ? new SandboxEnd(SandboxEndReason.OutOfMemory, "Its memory was used up, and its init was killed.", kills)
            : new SandboxEnd(SandboxEndReason.Exited, $"It ended with {_process.ExitCode}. {Errors}".TrimEnd(), kills);
    }

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
