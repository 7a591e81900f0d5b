using System.Net.WebSockets;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A live sandbox on its worker: bytes are copied between its init and the stream, and not looked at. Without the stream it ends.</summary>
internal sealed class CarriedSandbox : IAsyncDisposable
{
    private readonly LaunchedInit _init;
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _copying;
    private volatile bool _isWhole;
    private int _disposed;

    public CarriedSandbox(LaunchedInit init, WebSocket socket)
    {
        (_init, _socket) = (init, socket);
        Ended = init.WatchAsync(_ended.Task, Close, () => false);
        _copying = Task.WhenAll(OutAsync(), InAsync());
    }

    /// <summary>Completes when nothing is left of it but its disk.</summary>
    public Task<SandboxEnd> Ended { get; }

    /// <summary>Completes when the stream is closed too.</summary>
    public Task Over => _copying;

    /// <summary>Ends it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await Ended;
            return;
        }

        _ended.TrySetResult("Its line was cut.");
        Cut();
        await Ended;
        await _copying;
        _socket.Dispose();
        _init.Dispose();
        _cut.Dispose();
    }

    // What the init has said last may still be on its way: the server closes when it has heard of the end.
    private void Close()
    {
        if (!_isWhole)
        {
            Cut();
        }
    }

    private void Cut()
    {
        _cut.Cancel();
        _socket.Abort();
    }

    private async Task OutAsync()
    {
        try
        {
            await ByteLine.SendAllAsync(_init.Output, _socket, _cut.Token);
            _isWhole = true;
            _ended.TrySetResult(null);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            _ended.TrySetResult("Its line was cut.");
        }
    }

    private async Task InAsync()
    {
        try
        {
            var isWhole = await ByteLine.ReceiveAllAsync(
                _socket,
                async bytes =>
                {
                    await _init.Input.WriteAsync(bytes, _cut.Token);
                    await _init.Input.FlushAsync(_cut.Token);
                },
                _cut.Token);
            await _init.Input.DisposeAsync();
            if (isWhole)
            {
                // Nothing more is said, but the socket is to be heard: it tells when the server is gone.
                isWhole = await ByteLine.ReceiveAllAsync(_socket, _ => default, _cut.Token);
            }

            if (!isWhole)
            {
                _ended.TrySetResult("Its line was cut.");
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended, or does.
        }
    }
}
