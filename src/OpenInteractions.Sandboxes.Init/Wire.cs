using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init;

/// <summary>The two pipes to the server: frames in, read by the loop alone, and frames out, written by any thread.</summary>
internal sealed unsafe class Wire
{
    private const int Input = 0;
    private const int Output = 1;
    private readonly Lock _writing = new();
    private readonly byte[] _out = new byte[FrameHeader.Size + FrameHeader.MaxData];
    private byte[] _in = new byte[FrameHeader.Size + FrameHeader.MaxData];
    private int _start;
    private int _end;

    public delegate void OnFrame(FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Reads what is there, once, and hands on every frame that is whole.</summary>
    /// <returns>Whether more may come.</returns>
    public bool Receive(OnFrame onFrame)
    {
        nint count;
        fixed (byte* free = &_in[_end])
        {
            count = Native.Read(Input, free, _in.Length - _end);
        }

        if (count <= 0)
        {
            return count < 0 && Native.Error is Native.EINTR or Native.EAGAIN;
        }

        _end += (int)count;
        var needed = FrameHeader.Size;
        while (_end - _start >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(_in.AsSpan(_start));
            needed = FrameHeader.Size + header.Length;
            if (_end - _start < needed)
            {
                break;
            }

            onFrame(header, _in.AsSpan(_start + FrameHeader.Size, header.Length));
            _start += needed;
            needed = FrameHeader.Size;
        }

        MakeRoom(needed);
        return true;
    }

    public void Send(FrameType type, uint channel, byte stream, ReadOnlySpan<byte> payload)
    {
        lock (_writing)
        {
            if (payload.Length > FrameHeader.MaxData)
            {
                throw new InvalidOperationException("Nothing that the init says is that long.");
            }

            // In one write: most frames are smaller than what a pipe takes as a whole.
            new FrameHeader(type, stream, channel, payload.Length).Write(_out);
            payload.CopyTo(_out.AsSpan(FrameHeader.Size));
            fixed (byte* bytes = _out)
            {
                WriteAll(bytes, FrameHeader.Size + payload.Length);
            }
        }
    }

    public void Credit(uint channel, byte stream, int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
        Send(FrameType.Credit, channel, stream, payload);
    }

    private static void WriteAll(byte* bytes, nint count)
    {
        while (count > 0)
        {
            var written = Native.Write(Output, bytes, count);
            if (written < 0)
            {
                if (Native.Error == Native.EINTR)
                {
                    continue;
                }

                // Nobody listens any more. There is nothing to live for, and nobody to tell.
                Supervisor.Die(0);
            }

            bytes += written;
            count -= written;
        }
    }

    private void MakeRoom(int needed)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (needed > _in.Length)
        {
            Array.Resize(ref _in, needed);
        }

        if (_start > 0 && _in.Length - _start < Math.Max(needed, _in.Length / 2))
        {
            _in.AsSpan(_start.._end).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }
    }
}
