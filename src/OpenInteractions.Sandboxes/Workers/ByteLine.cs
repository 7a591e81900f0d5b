using System.IO.Pipelines;
using System.Net.WebSockets;
using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>
/// Bytes of a sandbox or an image over a WebSocket, both ways. A message of no bytes is the end of one way, and the other goes on: a close of the socket would end both, and some proxies end both at once.
/// </summary>
internal static class ByteLine
{
    private const int Chunk = 64 * 1024;

    /// <summary>Sends what comes out of a stream, and the mark of its end.</summary>
    /// <exception cref="IOException">The line is cut.</exception>
    public static async Task SendAllAsync(Stream source, WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[Chunk];
        int count;
        do
        {
            count = await source.ReadAsync(buffer, cancellationToken);
            await SendAsync(socket, buffer.AsMemory(0, count), cancellationToken);
        }
        while (count > 0);
    }

    public static async ValueTask SendAsync(WebSocket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (Exception exception) when (Line.IsCut(exception))
        {
            throw new IOException("The line is cut.", exception);
        }
    }

    /// <summary>Hands on what comes, until the mark of its end.</summary>
    /// <returns>False when the line was cut before.</returns>
    public static async Task<bool> ReceiveAllAsync(WebSocket socket, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[Chunk];
        var isEmpty = true;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            }
            catch (Exception exception) when (Line.IsCut(exception))
            {
                return false;
            }

            if (part.MessageType != WebSocketMessageType.Binary)
            {
                return false;
            }

            isEmpty &= part.Count == 0;
            if (part.Count > 0)
            {
                await take(buffer.AsMemory(0, part.Count));
            }

            if (part.EndOfMessage)
            {
                if (isEmpty)
                {
                    return true;
                }

                isEmpty = true;
            }
        }
    }

    /// <summary>What comes, as a stream: it ends early with an <see cref="IOException"/> when the line is cut, and its reader holds the other side up.</summary>
    public static (Stream Stream, Task Reading) AsInput(WebSocket socket, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 * Chunk, resumeWriterThreshold: 2 * Chunk, useSynchronizationContext: false));
        return (pipe.Reader.AsStream(), FillAsync(socket, pipe.Writer, cancellationToken));
    }

    private static async Task FillAsync(WebSocket socket, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? why = null;
        try
        {
            var isWhole = await ReceiveAllAsync(
                socket,
                async bytes =>
                {
                    if ((await writer.WriteAsync(bytes, cancellationToken)).IsCompleted)
                    {
                        throw new IOException("Nobody reads any more.");
                    }
                },
                cancellationToken);
            why = isWhole ? null : new IOException("The line is cut.");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            why = new IOException("The line is cut.", exception);
        }
        finally
        {
            await writer.CompleteAsync(why);
        }
    }
}

/// <summary>What is written goes over the line; the end is said when it is disposed.</summary>
internal sealed class LineOutput(WebSocket socket) : OneWayStream
{
    private const int Chunk = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int _ended;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var chunk = buffer[..Math.Min(Chunk, buffer.Length)];
            await ByteLine.SendAsync(socket, chunk, cancellationToken);
            buffer = buffer[chunk.Length..];
        }
    }

    /// <summary>Says that this was all.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            using var late = new CancellationTokenSource(Patience);
            try
            {
                await ByteLine.SendAsync(socket, default, late.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                socket.Abort(); // the other side sees that it was not all
            }
        }

        await base.DisposeAsync();
    }
}
