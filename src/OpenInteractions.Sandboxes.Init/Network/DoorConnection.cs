using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Network;

/// <summary>
/// A connection of a program inside, carried to the server: what the program sends as far as the server has credit for it, and what the server sends, of which only so much
/// waits here as there was credit for. Each direction ends by itself.
/// </summary>
internal sealed unsafe class DoorConnection(Wire wire, uint channel, int fd)
{
    private const int CreditStep = FrameHeader.DoorCredit / 4;

    // A program that does not read what is left for it gets so long for each next piece. What it still sends when all is through is read and dropped for a moment:
    // closed at once, the system would take the answer away from it.
    private const int DrainMs = 60_000, LingerMs = 1000;
    private const int MaxDropped = 1024 * 1024;
    private readonly Queue<byte[]> _waiting = [];
    private int _waitingBytes;
    private int _offset;
    private int _owed;
    private int _credit = FrameHeader.DoorCredit;
    private int _dropped;
    private bool _isOpen;
    private bool _inEnded;
    private bool _outEnding;
    private bool _outEnded;
    private bool _closing;

    public int Fd { get; private set; } = fd;

    /// <summary>Whether nothing is left of it, and the server knows.</summary>
    public bool IsClosed => Fd < 0;

    /// <summary>Where it stands among what is polled; 0 when it is not.</summary>
    public int PollIndex { get; set; }

    /// <summary>When it is closed whatever comes.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    public short Events => (short)((WantsRead ? Native.POLLIN : 0) | (_waitingBytes > 0 ? Native.POLLOUT : 0));

    private bool WantsRead => _isOpen && !_inEnded && (_closing ? _outEnded : _credit > 0);

    /// <summary>The server has said whether it takes the connection.</summary>
    public void OnOpened(int error)
    {
        if (error != 0)
        {
            Reset();
            return;
        }

        _isOpen = true;
    }

    public void Add(ReadOnlySpan<byte> data)
    {
        if (_waitingBytes + data.Length > FrameHeader.DoorCredit)
        {
            throw new FrameException("More for a connection than there was credit for.");
        }

        if (_outEnding || IsClosed)
        {
            return;
        }

        var written = _waitingBytes == 0 ? Write(data) : 0;
        if (written < data.Length && !IsClosed)
        {
            _waiting.Enqueue(data[written..].ToArray());
            _waitingBytes += data.Length - written;
        }
    }

    public void Grant(int bytes) =>
        _credit = bytes > 0 && _credit + (long)bytes <= FrameHeader.DoorCredit ? _credit + bytes : throw new FrameException("More credit than there is room for.");

    /// <summary>Nothing more comes from the server.</summary>
    public void End()
    {
        _outEnding = true;
        Flush();
    }

    /// <summary>The server is through with it.</summary>
    public void Cancel(bool reset)
    {
        if (reset)
        {
            Abort(Native.ECANCELED);
            return;
        }

        _closing = true;
        Deadline = Environment.TickCount64 + DrainMs;
        End();
    }

    /// <summary>Does what the poll says can be done.</summary>
    public void Pump(short returned, byte[] buffer)
    {
        if (Environment.TickCount64 >= Deadline)
        {
            // It took its time. Who does not read gets no more.
            Close(0);
            return;
        }

        if ((returned & (Native.POLLOUT | Native.POLLERR | Native.POLLHUP)) != 0 && _waitingBytes > 0)
        {
            Flush();
        }

        if ((returned & (Native.POLLIN | Native.POLLERR | Native.POLLHUP)) != 0 && !IsClosed && WantsRead)
        {
            Read(buffer);
        }
    }

    private void Read(byte[] buffer)
    {
        nint count;
        fixed (byte* bytes = buffer)
        {
            count = Native.Read(Fd, bytes, _closing ? buffer.Length : Math.Min(buffer.Length, _credit));
        }

        if (count < 0)
        {
            if (Native.Error is not (Native.EAGAIN or Native.EINTR))
            {
                Abort(Native.Error);
            }
        }
        else if (_closing)
        {
            _dropped += (int)count;
            if (count == 0 || _dropped > MaxDropped)
            {
                Close(0);
            }
        }
        else if (count == 0)
        {
            _inEnded = true;
            wire.Send(FrameType.End, channel, ChannelStream.In, []);
            CloseWhenDone();
        }
        else
        {
            _credit -= (int)count;
            wire.Send(FrameType.Data, channel, ChannelStream.In, buffer.AsSpan(0, (int)count));
        }
    }

    private void Flush()
    {
        while (_waiting.TryPeek(out var next))
        {
            var written = Write(next.AsSpan(_offset));
            if (IsClosed)
            {
                return;
            }

            _waitingBytes -= written;
            _offset += written;
            if (_offset < next.Length)
            {
                return;
            }

            _waiting.Dequeue();
            _offset = 0;
        }

        if (_outEnding && !_outEnded && !IsClosed)
        {
            _outEnded = true;
            Deadline = _closing ? Environment.TickCount64 + LingerMs : Deadline;
            _ = Native.Shutdown(Fd, Native.SHUT_WR);
            CloseWhenDone();
        }
    }

    /// <summary>Writes what fits, and gives the credit for it back in pieces.</summary>
    private int Write(ReadOnlySpan<byte> data)
    {
        var all = 0;
        while (all < data.Length)
        {
            nint count;
            fixed (byte* bytes = data[all..])
            {
                count = Native.Write(Fd, bytes, data.Length - all);
            }

            if (count < 0 && Native.Error == Native.EINTR)
            {
                continue;
            }

            if (count < 0)
            {
                if (Native.Error != Native.EAGAIN)
                {
                    Abort(Native.Error);
                }

                break;
            }

            all += (int)count;
        }

        _owed += all;
        Deadline = _closing && all > 0 ? Environment.TickCount64 + DrainMs : Deadline;
        if (_owed >= CreditStep && !IsClosed)
        {
            wire.Credit(channel, ChannelStream.Out, _owed);
            _owed = 0;
        }

        return all;
    }

    private void CloseWhenDone()
    {
        if (_inEnded && _outEnded)
        {
            Close(0);
        }
    }

    private void Abort(int error)
    {
        if (!IsClosed)
        {
            Reset();
            Say(error);
        }
    }

    private void Close(int error)
    {
        _ = Native.Close(Fd);
        Fd = -1;
        Say(error);
    }

    // A close with no time to linger is a reset: the program sees that something was cut off, and does not take a part for the whole.
    private void Reset()
    {
        const int SocketLevel = 1, Linger = 13;
        var now = stackalloc int[2] { 1, 0 };
        _ = Native.SetSocketOption(Fd, SocketLevel, Linger, now, 2 * sizeof(int));
        _ = Native.Close(Fd);
        Fd = -1;
    }

    private void Say(int error)
    {
        _waiting.Clear();
        _waitingBytes = 0;
        wire.Send(FrameType.Reply, channel, 0, new ReplyMessage(error, "", 0, Truncated: false).Write().Span);
    }
}
