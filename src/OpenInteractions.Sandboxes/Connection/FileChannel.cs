using System.Threading.Channels;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>A file operation, as the server sees it.</summary>
internal sealed class FileChannel(FrameConnection connection, uint number) : ServerChannel(number)
{
    // Bounded by credit: the other side may not send more than was given back.
    private readonly Channel<byte[]> _data = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<ReplyMessage> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CreditGate _content = new();
    private long _allowed = FrameHeader.FirstCredit;

    public Task<ReplyMessage> Reply => _reply.Task;

    public override bool OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case FrameType.Data when frame.Stream == ChannelStream.Out:
                if (Interlocked.Add(ref _allowed, -payload.Length) < 0)
                {
                    throw new FrameException("It sends more than it has credit for.");
                }

                _data.Writer.TryWrite(payload.ToArray());
                return false;
            case FrameType.Credit:
                _content.Grant(new PayloadReader(payload).Int());
                return false;
            case FrameType.Reply:
                var reply = ReplyMessage.Read(payload);
                _content.Close();
                _data.Writer.TryComplete();
                _reply.TrySetResult(reply);
                return true;
            default:
                throw new FrameException("It sends a frame that a file operation has not.");
        }
    }

    public override void OnConnectionEnded(SandboxException reason)
    {
        _content.Close();
        _data.Writer.TryComplete();
        _reply.TrySetException(reason);
        _ = _reply.Task.Exception;
    }

    /// <summary>Hands on what comes, until the reply.</summary>
    public async Task ReadAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        await foreach (var data in _data.Reader.ReadAllAsync(cancellationToken))
        {
            await take(data, cancellationToken);
            if (data.Length > 0)
            {
                Interlocked.Add(ref _allowed, data.Length);
                if (!_reply.Task.IsCompleted)
                {
                    connection.PostCredit(Number, ChannelStream.Out, data.Length);
                }
            }
        }
    }

    public async Task WriteAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[FrameHeader.MaxData];
        while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            for (var sent = 0; sent < count;)
            {
                var taken = await _content.TakeAsync(count - sent, cancellationToken);
                if (taken == 0)
                {
                    return; // it has replied already, with what went wrong
                }

                await connection.SendAsync(FrameType.Data, Number, ChannelStream.In, buffer.AsMemory(sent, taken), cancellationToken);
                sent += taken;
            }
        }

        await connection.SendAsync(FrameType.End, Number, ChannelStream.In, ReadOnlyMemory<byte>.Empty, cancellationToken);
    }
}
