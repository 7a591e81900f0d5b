using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>One file operation: its content as a stream to read, its result as a stream to write, each with credit.</summary>
internal sealed class FileChannel(Wire wire, uint channel) : Stream
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Queue<byte[]> _input = [];
    private long _credit = FrameHeader.FirstCredit;
    private int _waiting;
    private int _offset;
    private bool _inputEnded;
    private bool _cancelled;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public uint Number => channel;

    public void AddInput(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (_waiting + data.Length > FrameHeader.FirstCredit)
            {
                throw new FrameException("More content than there was credit for.");
            }

            if (data.Length > 0)
            {
                _waiting += data.Length;
                _input.Enqueue(data.ToArray());
            }
        }

        _changed.Release();
    }

    public void EndInput()
    {
        lock (_lock)
        {
            _inputEnded = true;
        }

        _changed.Release();
    }

    public void Grant(int bytes)
    {
        lock (_lock)
        {
            if (bytes <= 0 || _credit + bytes > FrameHeader.FirstCredit * 4L)
            {
                throw new FrameException("More credit than there is room for.");
            }

            _credit += bytes;
        }

        _changed.Release();
    }

    public void Cancel()
    {
        lock (_lock)
        {
            _cancelled = true;
        }

        _changed.Release();
    }

    public void ThrowIfCancelled()
    {
        if (Volatile.Read(ref _cancelled))
        {
            throw new FileFailure(Native.ECANCELED);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        // A reader of archives asks for nothing at the end of each entry.
        while (!buffer.IsEmpty)
        {
            ThrowIfCancelled();
            var taken = 0;
            lock (_lock)
            {
                if (_input.TryPeek(out var next))
                {
                    taken = Math.Min(buffer.Length, next.Length - _offset);
                    next.AsSpan(_offset, taken).CopyTo(buffer);
                    _offset += taken;
                    if (_offset == next.Length)
                    {
                        _input.Dequeue();
                        _offset = 0;
                    }

                    _waiting -= taken;
                }
                else if (_inputEnded)
                {
                    return 0;
                }
            }

            if (taken > 0)
            {
                wire.Credit(channel, ChannelStream.In, taken);
                return taken;
            }

            _changed.Wait();
        }

        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            ThrowIfCancelled();
            int sent;
            lock (_lock)
            {
                sent = (int)Math.Min(Math.Min(buffer.Length, FrameHeader.MaxData), _credit);
                _credit -= sent;
            }

            if (sent == 0)
            {
                _changed.Wait();
                continue;
            }

            wire.Send(FrameType.Data, channel, ChannelStream.Out, buffer[..sent]);
            buffer = buffer[sent..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Each write is a frame already.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>An operation that went wrong, by the system's number.</summary>
internal sealed class FileFailure(int error, string detail = "") : Exception(detail)
{
    public int Error => error;
}
