using OpenInteractions.Sandboxes.Connection;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>A live sandbox: the process that the server started, the control group, the connection to the init.</summary>
internal sealed class LinuxSandbox : ISandbox
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly LaunchedInit _init;
    private readonly FrameConnection _connection;
    private readonly RemoteSandbox _remote;
    private volatile bool _stopping;

    public LinuxSandbox(SandboxSpec spec, Func<Doors, IReadOnlyDictionary<string, string>> environment, LaunchedInit init)
    {
        (Id, _init) = (spec.Id, init);
        _connection = new FrameConnection(init.Output, init.Input, spec.Network);
        _remote = new RemoteSandbox(_connection, () => environment(_connection.Doors), Policy.LaunchCommand.Workspace);
        Ended = init.WatchAsync(_connection.Ended, () => _connection.End(null), () => _stopping);
    }

    public string Id { get; }

    public ISandboxFiles Files => _remote.Files;

    public IReadOnlyCollection<ISandboxCommand> Commands => _remote.Commands;

    public Task<SandboxEnd> Ended { get; }

    /// <summary>Completes when the init is there.</summary>
    public Task Greeted => _connection.Greeted;

    /// <summary>The doors of the network that there are.</summary>
    public Doors Doors => _connection.Doors;

    /// <summary>What the launch chain complained about.</summary>
    public string Errors => _init.Errors;

    /// <summary>The process that the server started, seen from the host.</summary>
    public int HostPid => _init.HostPid;

    public ControlGroup Group => _init.Group;

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
