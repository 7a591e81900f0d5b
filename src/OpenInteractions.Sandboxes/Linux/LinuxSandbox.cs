using OpenInteractions.Sandboxes.Connection;
using OpenInteractions.Sandboxes.Frames;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>A live sandbox: the process that the server started, the control group, the connection to the init.</summary>
internal sealed class LinuxSandbox : ISandbox
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly LaunchedInit _init;
    private readonly FrameConnection _connection;
    private readonly RemoteSandbox _remote;
    private volatile SandboxSpec _spec;
    private volatile bool _stopping;

    public LinuxSandbox(SandboxSpec spec, LaunchedInit init)
    {
        (_spec, _init) = (spec, init);
        _connection = new FrameConnection(init.Output, init.Input, spec.Network);
        _remote = new RemoteSandbox(_connection, () => SandboxVariables.Of(_spec, _connection.Doors), LaunchCommand.Workspace);
        Ended = init.WatchAsync(_connection.Ended, () => _connection.End(null), () => _stopping);
    }

    public string Id => _spec.Id;

    public ISandboxFiles Files => _remote.Files;

    public IReadOnlyCollection<ISandboxCommand> Commands => _remote.Commands;

    public Task<SandboxEnd> Ended { get; }

    /// <summary>Whether nothing was seen of its end yet, which <see cref="Ended"/> says when everything is tidied up.</summary>
    public bool IsAlive => !_connection.Ended.IsCompleted && !_init.HasExited;

    /// <summary>Completes when the init is there.</summary>
    public Task Greeted => _connection.Greeted;

    /// <summary>The doors of the network that there are.</summary>
    public Doors Doors => _connection.Doors;

    /// <summary>What the launch chain complained about.</summary>
    public string Errors => _init.Errors;

    /// <summary>The process that the server started, seen from the host.</summary>
    public int HostPid => _init.HostPid;

    public ControlGroup Group => _init.Group;

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
        _init.Dispose();
    }
}
