using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>The input of a command: what came for it and did not fit into its pipe yet. Credit is given back as it goes through, so this is bounded.</summary>
internal sealed unsafe class InPipe(int fd)
{
    private readonly Queue<byte[]> _waiting = [];
    private int _bytes;
    private int _offset;
    private bool _ending;

    public int Fd { get; private set; } = fd;

    public bool IsOpen => Fd >= 0;

    public bool Wants => IsOpen && _waiting.Count > 0;

    public void Add(ReadOnlySpan<byte> data)
    {
        if (_bytes + data.Length > FrameHeader.FirstCredit)
        {
            throw new FrameException("More input than there was credit for.");
        }

        if (IsOpen && !_ending && data.Length > 0)
        {
            _bytes += data.Length;
            _waiting.Enqueue(data.ToArray());
        }
    }

    public void End(Wire wire, uint channel)
    {
        _ending = true;
        Pump(wire, channel);
    }

    public void Pump(Wire wire, uint channel)
    {
        while (IsOpen && _waiting.TryPeek(out var next))
        {
            nint count;
            fixed (byte* bytes = next)
            {
                count = Native.Write(Fd, bytes + _offset, next.Length - _offset);
            }

            if (count < 0)
            {
                if (Native.Error is Native.EAGAIN or Native.EINTR)
                {
                    return;
                }

                // The command does not read its input, which is its own business.
                Close();
                return;
            }

            _offset += (int)count;
            if (_offset == next.Length)
            {
                _waiting.Dequeue();
                _offset = 0;
            }

            _bytes -= (int)count;
            wire.Credit(channel, ChannelStream.In, (int)count);
        }

        if (_ending)
        {
            Close();
        }
    }

    public void Close()
    {
        if (IsOpen)
        {
            _ = Native.Close(Fd);
            Fd = -1;
            _waiting.Clear();
        }
    }
}
