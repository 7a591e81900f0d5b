using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>
/// The server's side of the frames. What the other side says is checked here and in the channels: lengths, credit, channels that exist. The first thing that is wrong
/// ends the connection, and whoever owns the process kills it.
/// </summary>
internal sealed class FrameConnection : IAsyncDisposable
{
    // What waits to be written is bounded by credit and by what callers ask for; a caller waits when an init does not read.
    private const int MaxWaiting = 256;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<uint, ServerChannel> _channels = new();
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _writing;
    private uint _last;

    /// <summary>Begins to listen.</summary>
    /// <param name="input">From the init.</param>
    /// <param name="output">To the init.</param>
    public FrameConnection(Stream input, Stream output)
    {
        (_input, _output) = (input, output);
        Post(FrameType.Hello, 0, 0, new PayloadWriter().Int(FrameHeader.Version).Written.Span);
        _writing = Task.Run(WriteAllAsync);
        // A thread, since reading from a pipe holds one anyway; of the pool's, a hundred sandboxes would take all.
        new Thread(ReadAll, maxStackSize: 256 * 1024) { IsBackground = true, Name = "sandbox frames" }.Start();
    }

    /// <summary>Completes when the init has said hello.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>Completes when nothing comes any more: with null when the other side closed, otherwise with what it did wrong.</summary>
    public Task<string?> Ended => _ended.Task;

    public IEnumerable<ServerChannel> Channels => _channels.Values;

    public T Open<T>(Func<uint, T> make)
        where T : ServerChannel
    {
        var channel = make(Interlocked.Add(ref _last, 2));
        _channels[channel.Number] = channel;
        if (_ended.Task.IsCompleted)
        {
            Remove(channel.Number);
            throw HasEnded();
        }

        return channel;
    }

    public void Remove(uint channel) => _channels.TryRemove(channel, out _);

    public async ValueTask SendAsync(FrameType type, uint channel, byte stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(Frame(type, channel, stream, payload.Span), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw HasEnded();
        }
    }

    /// <summary>Says something that nobody waits for. The reader never waits for the writer: both sides would, for each other.</summary>
    public void Post(FrameType type, uint channel, byte stream, ReadOnlySpan<byte> payload)
    {
        if (!_outgoing.Writer.TryWrite(Frame(type, channel, stream, payload)) && !_ended.Task.IsCompleted)
        {
            End("It does not read what it is told.");
        }
    }

    public void PostCredit(uint channel, byte stream, int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
        Post(FrameType.Credit, channel, stream, payload);
    }

    /// <summary>Says no more. The init ends when it has read everything.</summary>
    public void CloseOutput() => _outgoing.Writer.TryComplete();

    public void End(string? reason)
    {
        if (!_ended.TrySetResult(reason))
        {
            return;
        }

        _outgoing.Writer.TryComplete();
        _greeted.TrySetException(HasEnded());
        _ = _greeted.Task.Exception; // seen, where nobody waits for it
        foreach (var channel in _channels.Values)
        {
            channel.OnConnectionEnded(HasEnded());
        }

        _channels.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        End(null);
        await _input.DisposeAsync();
        await _writing;
    }

    private static SandboxException HasEnded() => new(SandboxErrorKind.Ended, "The sandbox has ended.");

    private static byte[] Frame(FrameType type, uint channel, byte stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(type, stream, channel, payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync())
            {
                await _output.WriteAsync(frame);
                await _output.FlushAsync();
            }

            await _output.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            End(null); // it has ended
        }
    }

    private void ReadAll()
    {
        try
        {
            var header = new byte[FrameHeader.Size];
            var payload = new byte[FrameHeader.MaxData];
            while (_input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
            {
                var frame = FrameHeader.Read(header);
                if (frame.Length > payload.Length)
                {
                    throw new FrameException("A frame is longer than an init's frames are.");
                }

                _input.ReadExactly(payload, 0, frame.Length);
                OnFrame(frame, payload.AsSpan(0, frame.Length));
            }

            End(null);
        }
        catch (FrameException e)
        {
            End(e.Message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            End(null);
        }
    }

    private void OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Type == FrameType.Hello)
        {
            var reader = new PayloadReader(payload);
            if (reader.Int() != FrameHeader.Version || !_greeted.TrySetResult())
            {
                throw new FrameException("It speaks another version, or says hello twice.");
            }

            return;
        }

        if (!_greeted.Task.IsCompleted)
        {
            throw new FrameException("It does not begin with the version.");
        }

        switch (frame.Type)
        {
            case FrameType.Open:
                // No doors of the network yet: whoever asks is told no.
                if (frame.Channel % 2 == 0)
                {
                    throw new FrameException("It opens a channel with a number of ours.");
                }

                Post(FrameType.Opened, frame.Channel, 0, new PayloadWriter().Int(111).Written.Span); // connection refused
                break;
            case FrameType.Started or FrameType.Data or FrameType.End or FrameType.Credit or FrameType.Exited or FrameType.Reply:
                if (_channels.TryGetValue(frame.Channel, out var channel))
                {
                    if (channel.OnFrame(frame, payload))
                    {
                        Remove(frame.Channel);
                    }
                }
                else if (frame.Channel % 2 == 1 || frame.Channel == 0 || frame.Channel > Volatile.Read(ref _last) || frame.Type is not FrameType.Credit)
                {
                    // Credit for input may come after the end of a command. Nothing else does.
                    throw new FrameException("It speaks about a channel that there is not.");
                }

                break;
            default:
                throw new FrameException("It sends a frame that only a server sends.");
        }
    }
}

/// <summary>One command or file operation.</summary>
internal abstract class ServerChannel(uint number)
{
    public uint Number => number;

    /// <summary>Takes a frame, on the thread that reads: nothing here may wait.</summary>
    /// <returns>Whether this was the last.</returns>
    public abstract bool OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload);

    public abstract void OnConnectionEnded(SandboxException reason);
}
