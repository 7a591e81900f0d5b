using System.Net.WebSockets;
using OpenInteractions.Sandboxes.Connection;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A live sandbox of a worker: its frames come over a stream, its end by a message.</summary>
internal sealed class LineSandbox : ISandbox
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(10);

    private readonly WebSocket _socket;
    private readonly Task _reading;
    private readonly FrameConnection _connection;
    private readonly RemoteSandbox _remote;
    private readonly Task<SandboxEnd> _told;
    private volatile bool _stopping;

    /// <param name="spec">What it was started with.</param>
    /// <param name="socket">Its bytes.</param>
    /// <param name="told">Completes when its worker has told its end, or is not heard any more.</param>
    public LineSandbox(SandboxSpec spec, WebSocket socket, Task<SandboxEnd> told)
    {
        (Id, _socket, _told) = (spec.Id, socket, told);
        (var input, _reading) = ByteLine.AsInput(socket, CancellationToken.None);
        _connection = new FrameConnection(input, new LineOutput(socket), spec.Network);
        _remote = new RemoteSandbox(_connection, () => SandboxVariables.Of(spec, _connection.Doors), LaunchCommand.Workspace);
        Ended = WatchAsync();
    }

    public string Id { get; }

    public ISandboxFiles Files => _remote.Files;

    public IReadOnlyCollection<ISandboxCommand> Commands => _remote.Commands;

    public Task<SandboxEnd> Ended { get; }

    /// <summary>Completes when the init is there.</summary>
    public Task Greeted => _connection.Greeted;

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
            _socket.Abort(); // its worker kills what has no line
            return await Ended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        _socket.Abort(); // before the connection: its reader waits for bytes
        await _reading;
        await _connection.DisposeAsync();
    }

    private async Task<SandboxEnd> WatchAsync()
    {
        await Task.WhenAny(_connection.Ended, _told);
        if (!_told.IsCompleted && await _connection.Ended is not null)
        {
            _socket.Abort();
        }

        var broken = _connection.Ended.IsCompleted ? await _connection.Ended : null;
        SandboxEnd end;
        try
        {
            end = await _told.WaitAsync(TimeToEnd);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
            end = new SandboxEnd(SandboxEndReason.Lost, "Its worker did not tell its end.", 0);
        }

        _connection.End(null);
        return broken is not null ? end with { Reason = SandboxEndReason.Lost, Detail = broken }
            : _stopping && end.Reason == SandboxEndReason.Exited ? end with { Reason = SandboxEndReason.Stopped, Detail = "It was stopped." }
            : end;
    }
}
