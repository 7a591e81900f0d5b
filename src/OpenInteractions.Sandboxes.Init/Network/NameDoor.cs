using System.Buffers.Binary;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Network;

/// <summary>
/// Questions for names that come as datagrams. They go to the server through one connection of the names' door, each behind its length, and their answers come back in the
/// same order: empty where there is none.
/// </summary>
internal sealed unsafe class NameDoor(Wire wire, int fd, Func<uint> nextChannel)
{
    private const int MaxQuestion = 512;
    private const int MaxPending = 128;
    private const int RetryMs = 1000;
    private readonly Native.SocketAddress[] _pending = new Native.SocketAddress[MaxPending];
    private readonly byte[] _answer = new byte[FrameHeader.DoorCredit];
    private int _first;
    private int _asked;
    private int _answered;
    private State _state = State.Closed;
    private int _credit;
    private int _owed;
    private long _openAgain;

    private enum State
    {
        Closed,
        Opening,
        Open,
    }

    public int Fd => fd;

    public uint Channel { get; private set; }

    /// <summary>Where it stands among what is polled; 0 when it is not.</summary>
    public int PollIndex { get; set; }

    // What cannot be asked yet waits in the socket, and is dropped there when it is too much, as datagrams are.
    public bool Wants => _state switch
    {
        State.Closed => Environment.TickCount64 >= _openAgain,
        State.Open => _asked < MaxPending && _credit >= MaxQuestion + 2,
        _ => false,
    };

    /// <summary>When it may be opened again.</summary>
    public long Deadline => _state == State.Closed && Environment.TickCount64 < _openAgain ? _openAgain : long.MaxValue;

    public void Pump()
    {
        if (_state == State.Closed)
        {
            Channel = nextChannel();
            (_state, _credit, _owed) = (State.Opening, FrameHeader.DoorCredit, 0);
            wire.Send(FrameType.Open, Channel, 0, new OpenMessage(Doors.Dns, 0).Write().Span);
            return;
        }

        var question = stackalloc byte[2 + MaxQuestion + 1];
        while (Wants)
        {
            Native.SocketAddress from;
            var length = Native.SocketAddress.Size;
            var count = (int)Native.ReceiveFrom(fd, question + 2, MaxQuestion + 1, 0, &from, &length);
            if (count < 0)
            {
                return;
            }

            if (count is 0 or > MaxQuestion)
            {
                continue;
            }

            BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(question, 2), (ushort)count);
            _pending[(_first + _asked++) % MaxPending] = from;
            _credit -= count + 2;
            wire.Send(FrameType.Data, Channel, ChannelStream.In, new ReadOnlySpan<byte>(question, count + 2));
        }
    }

    public void OnOpened(int error)
    {
        if (error == 0)
        {
            _state = State.Open;
        }
        else
        {
            Forget();
        }
    }

    public void Add(ReadOnlySpan<byte> data)
    {
        if (_answered + data.Length > _answer.Length)
        {
            throw new FrameException("More answers than there was credit for.");
        }

        data.CopyTo(_answer.AsSpan(_answered));
        _answered += data.Length;
        _owed += data.Length;
        var bytes = _answer.AsSpan(0, _answered);
        while (bytes.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(bytes) is var length && bytes.Length - 2 >= length)
        {
            Answer(bytes.Slice(2, length));
            bytes = bytes[(2 + length)..];
        }

        bytes.CopyTo(_answer);
        _answered = bytes.Length;
        if (_owed >= FrameHeader.DoorCredit / 4)
        {
            wire.Credit(Channel, ChannelStream.Out, _owed);
            _owed = 0;
        }
    }

    private void Answer(ReadOnlySpan<byte> answer)
    {
        if (_asked == 0)
        {
            throw new FrameException("An answer that nobody asked for.");
        }

        var to = _pending[_first];
        (_first, _asked) = ((_first + 1) % MaxPending, _asked - 1);
        if (!answer.IsEmpty)
        {
            fixed (byte* bytes = answer)
            {
                _ = Native.SendTo(fd, bytes, answer.Length, 0, &to, Native.SocketAddress.Size);
            }
        }
    }

    public void Grant(int bytes) =>
        _credit = bytes > 0 && _credit + (long)bytes <= FrameHeader.DoorCredit ? _credit + bytes : throw new FrameException("More credit than there is room for.");

    /// <summary>The server ends it, as it does with what was silent for long. The next question opens another.</summary>
    public void Cancel()
    {
        wire.Send(FrameType.Reply, Channel, 0, new ReplyMessage(0, "", 0, Truncated: false).Write().Span);
        var again = _asked == 0 ? 0 : RetryMs;
        Forget();
        _openAgain = Environment.TickCount64 + again;
    }

    private void Forget()
    {
        (_state, Channel) = (State.Closed, 0);
        _openAgain = Environment.TickCount64 + RetryMs;
        (_first, _asked, _answered) = (0, 0, 0);
    }
}
