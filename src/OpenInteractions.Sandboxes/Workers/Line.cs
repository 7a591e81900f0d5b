using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A WebSocket that carries messages. What comes is bounded, and the first thing that is none ends it.</summary>
internal sealed class Line(WebSocket socket) : IDisposable
{
    /// <summary>Bytes of one message: a hello names every disk, of which a host has 65,535 at most.</summary>
    public const int MaxMessage = 8 * 1024 * 1024;

    /// <summary>The close status of a lease that is lost: as 412 is for a request.</summary>
    public const WebSocketCloseStatus LeaseLost = (WebSocketCloseStatus)4412;

    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Why the other side has closed, in its words.</summary>
    public string? Reason => socket.CloseStatusDescription is { Length: > 0 } why ? Connection.Errors.Shown(why) : null;

    /// <summary>Says something.</summary>
    /// <exception cref="IOException">The line is cut, or nobody reads.</exception>
    public async Task SendAsync(LineMessage message, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, LineJson.Default.LineMessage);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(SendPatience);
        try
        {
            await _sending.WaitAsync(late.Token);
            try
            {
                await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, late.Token);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception exception) when (IsCut(exception) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new IOException("The line is cut.", exception);
        }
    }

    /// <summary>Hears the next message; null when the other side has closed.</summary>
    /// <exception cref="IOException">The line is cut, or what came is no message.</exception>
    public async Task<LineMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                buffer.Advance(part.Count);
                if (buffer.WrittenCount > MaxMessage)
                {
                    throw new IOException($"A message is larger than {MaxMessage} bytes.");
                }

                if (part.EndOfMessage)
                {
                    return JsonSerializer.Deserialize(buffer.WrittenSpan, LineJson.Default.LineMessage) ?? throw new IOException("What came is no message.");
                }
            }
        }
        catch (JsonException exception)
        {
            throw new IOException("What came is no message.", exception);
        }
        catch (Exception exception) when (IsCut(exception))
        {
            throw new IOException("The line is cut.", exception);
        }
    }

    /// <summary>Closes it with a word why. Never fails, and does not wait for long.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status, string why)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _sending.WaitAsync(late.Token);
            await socket.CloseOutputAsync(status, why, late.Token);
        }
        catch (Exception exception) when (IsCut(exception) || exception is OperationCanceledException)
        {
            socket.Abort();
        }
    }

    /// <summary>Cuts it.</summary>
    public void Abort() => socket.Abort();

    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    /// <summary>Whether that is what a socket says that is not there any more.</summary>
    public static bool IsCut(Exception exception) => exception is WebSocketException or ObjectDisposedException or InvalidOperationException or (IOException and not FileNotFoundException);
}
