using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>One output of a command: as much of it as its reader has credit for, then no more until there is credit; beyond the limit it is counted and dropped.</summary>
internal sealed unsafe class OutPipe(int fd, byte stream, long limit)
{
    // What a command that has ended may still have in its pipe. Others may hold it open and write on for ever.
    private const int MaxPipe = 1024 * 1024;
    private long _credit = FrameHeader.FirstCredit;
    private long _sent;
    private int _afterEnd = MaxPipe;

    public int Fd { get; private set; } = fd;

    public bool IsOpen => Fd >= 0;

    public long Dropped { get; private set; }

    /// <summary>Whether there is a use for what could be read.</summary>
    public bool Wants => IsOpen && (IsFull || _credit > 0);

    private bool IsFull => limit >= 0 && _sent >= limit;

    public void Grant(int bytes)
    {
        if (bytes <= 0 || _credit + bytes > FrameHeader.FirstCredit * 4L)
        {
            throw new FrameException("More credit than there is room for.");
        }

        _credit += bytes;
    }

    /// <summary>Reads once.</summary>
    /// <returns>Whether more may be there at once.</returns>
    public bool Pump(Wire wire, uint channel, byte[] buffer, bool ended)
    {
        if (!Wants)
        {
            return false;
        }

        var most = IsFull ? buffer.Length : Math.Min(buffer.Length, _credit);
        nint count;
        fixed (byte* bytes = buffer)
        {
            count = Native.Read(Fd, bytes, (nint)most);
        }

        if (count < 0 && Native.Error is Native.EINTR)
        {
            return true;
        }

        if (count < 0 && Native.Error is Native.EAGAIN && !ended)
        {
            return false;
        }

        if (count <= 0)
        {
            Close(wire, channel);
            return false;
        }

        var sent = limit < 0 ? (int)count : (int)Math.Min(count, limit - _sent);
        if (sent > 0)
        {
            _sent += sent;
            _credit -= sent;
            wire.Send(FrameType.Data, channel, stream, buffer.AsSpan(0, sent));
        }

        Dropped += count - sent;
        _afterEnd -= ended ? (int)count : 0;
        if (_afterEnd <= 0)
        {
            Close(wire, channel);
            return false;
        }

        return true;
    }

    public void Close(Wire wire, uint channel)
    {
        if (IsOpen)
        {
            _ = Native.Close(Fd);
            Fd = -1;
            wire.Send(FrameType.End, channel, stream, []);
        }
    }
}
