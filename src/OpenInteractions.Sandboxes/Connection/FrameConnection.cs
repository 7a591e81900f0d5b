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
    // What waits to be written: callers wait for their turn when an init does not read. What the reader says does not wait, so it has a bound that only an init reaches
    // that sends and never reads.
    private const int MaxWaiting = 256;
    private const int MaxPosted = 8192;

    // More than an init has open: some are still served here when their program has gone.
    private const int MaxDoorChannels = 1024;
    private readonly Stream _input;
    private readonly Stream _output;
    private volatile ISandboxNetwork? _network;
    private readonly Channel<(byte[] Frame, bool IsPosted)> _outgoing = Channel.CreateUnbounded<(byte[], bool)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(MaxWaiting);
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentDictionary<uint, Task> _serving = new();
    private readonly ConcurrentDictionary<uint, ServerChannel> _channels = new();
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _writing;
    private uint _last;
    private uint _lastDoor;
    private int _posted;

    /// <summary>Begins to listen.</summary>
    /// <param name="input">From the init.</param>
    /// <param name="output">To the init.</param>
    /// <param name="network">Who serves connections of programs inside; null where there is no way out.</param>
    public FrameConnection(Stream input, Stream output, ISandboxNetwork? network = null)
    {
        (_input, _output, _network) = (input, output, network);
        Post(FrameType.Hello, 0, 0, new PayloadWriter().Int(FrameHeader.Version).Written.Span);
        _writing = Task.Run(WriteAllAsync);
        // A thread, since reading from a pipe holds one anyway; of the pool's, a hundred sandboxes would take all.
        new Thread(ReadAll, maxStackSize: 256 * 1024) { IsBackground = true, Name = "sandbox frames" }.Start();
    }

    /// <summary>Puts another way out in the place of the one there was, for connections that are opened from now on.</summary>
    public void Serve(ISandboxNetwork? network) => _network = network;

    /// <summary>Completes when the init has said hello.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>The doors that the init has opened, once it has said hello.</summary>
    public Doors Doors { get; private set; }

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
        var frame = Frame(type, channel, stream, payload.Span); // at once: the caller's buffer is its own again when this returns
        if (!_room.Wait(0, CancellationToken.None))
        {
            await RoomAsync(cancellationToken);
        }

        if (!_outgoing.Writer.TryWrite((frame, IsPosted: false)))
        {
            throw HasEnded();
        }
    }

    private async ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
        try
        {
            await _room.WaitAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HasEnded();
        }
    }

    /// <summary>Says something that nobody waits for. The reader never waits for the writer: both sides would, for each other.</summary>
    public void Post(FrameType type, uint channel, byte stream, ReadOnlySpan<byte> payload)
    {
        if (Interlocked.Increment(ref _posted) > MaxPosted)
        {
            End("It does not read what it is told.");
        }

        _outgoing.Writer.TryWrite((Frame(type, channel, stream, payload), IsPosted: true)); // or it has ended
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
        _gone.Cancel();
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
        await Task.WhenAll(_serving.Values);
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
            await foreach (var (frame, isPosted) in _outgoing.Reader.ReadAllAsync())
            {
                if (isPosted)
                {
                    Interlocked.Decrement(ref _posted);
                }
                else
                {
                    _room.Release();
                }

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

    // A channel of the init's: odd, and never used before, so that nothing of an older connection is taken for one of a newer.
    private void OnOpen(uint number, OpenMessage message)
    {
        if (number % 2 == 0 || number <= _lastDoor)
        {
            throw new FrameException("It opens a channel with a number of ours, or once more.");
        }

        _lastDoor = number;
        if (_network is not { } network || _serving.Count >= MaxDoorChannels)
        {
            const int ConnectionRefused = 111;
            Post(FrameType.Opened, number, 0, new PayloadWriter().Int(ConnectionRefused).Written.Span);
            return;
        }

        var channel = new DoorChannel(this, number);
        _channels[number] = channel;
        Post(FrameType.Opened, number, 0, new PayloadWriter().Int(0).Written.Span);
        // Kept before it can end, and ended before it is forgotten.
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _serving[number] = ServeAsync(network, channel, message, begin.Task);
        begin.SetResult();
    }

    private async Task ServeAsync(ISandboxNetwork network, DoorChannel channel, OpenMessage message, Task begin)
    {
        await begin;
        try
        {
            var door = message.Door switch { Doors.Proxy => SandboxDoor.Proxy, Doors.Http => SandboxDoor.Http, Doors.Tls => SandboxDoor.Tls, _ => SandboxDoor.Dns };
            var address = message.Door == Doors.Proxy ? null : new System.Net.IPAddress(BinaryPrimitives.ReverseEndianness(message.Address));
            await network.ServeAsync(new SandboxConnection(door, address, channel.Stream), _gone.Token);
        }
        catch (Exception)
        {
            // It promises not to fail. If it does, this connection has ended, and nobody else's.
            channel.Stream.Abort();
        }
        finally
        {
            await channel.Stream.DisposeAsync();
            _serving.TryRemove(channel.Number, out _);
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
            Doors = HelloMessage.Read(payload).Doors;
            if (!_greeted.TrySetResult())
            {
                throw new FrameException("It says hello twice.");
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
                OnOpen(frame.Channel, OpenMessage.Read(payload));
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

/// <summary>One command, file operation, or connection of a program inside.</summary>
internal abstract class ServerChannel(uint number)
{
    public uint Number => number;

    /// <summary>Takes a frame, on the thread that reads: nothing here may wait.</summary>
    /// <returns>Whether this was the last.</returns>
    public abstract bool OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload);

    public abstract void OnConnectionEnded(SandboxException reason);
}
