using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Network;

/// <summary>
/// The doors of the network, and what came through them. This namespace has no route outwards; an address of the block that names resolve to leads here, since whoever
/// started the sandbox made all of them addresses of the loopback device.
/// </summary>
internal sealed unsafe class NetworkDoors(Wire wire)
{
    private const ushort ProxyPort = 3128, NamePort = 53, HttpPort = 80, TlsPort = 443;
    private const uint Loopback = 0x7F00_0001, Names = 0xC612_0002, Block = 0xC612_0000, BlockMask = 0xFFFE_0000;
    private const int MaxConnections = 256;
    private const int Backlog = 512;
    private const int AcceptedAtOnce = 32;
    private readonly List<Listener> _listeners = [];
    private readonly ChannelTable<DoorConnection> _connections = new();
    private readonly byte[] _buffer = new byte[32 * 1024];
    private NameDoor? _names;
    private int _most;
    private uint _last = uint.MaxValue; // the next one is 1
    private long _acceptAgain;

    /// <summary>How many places <see cref="AddTo"/> takes at most.</summary>
    public int Polled => _listeners.Count + 1 + _connections.Count;

    /// <summary>Opens what can be opened.</summary>
    /// <returns>The doors that there are: all, or the proxy's alone where addresses or ports were not given to this sandbox.</returns>
    public Doors Open()
    {
        var limits = stackalloc ulong[2];
        _most = Native.GetLimit(Native.RLIMIT_NOFILE, limits) == 0 ? (int)Math.Min(MaxConnections, limits[0] / 2) : 32;
        var doors = TryListen(Doors.Proxy, Loopback, ProxyPort) ? Doors.Proxy : Doors.None;
        var transparent = _listeners.Count;
        var names = TrySocket(Native.SOCK_DGRAM, Names, NamePort);
        // Any address, of which only those of the block are taken: they cannot be listened on one by one.
        if (names >= 0 && TryListen(Doors.Dns, Names, NamePort) && TryListen(Doors.Http, 0, HttpPort) && TryListen(Doors.Tls, 0, TlsPort))
        {
            _names = new NameDoor(wire, names, NextChannel);
            return doors | Doors.Transparent;
        }

        // A part of them would let programs fail later and less plainly.
        foreach (var listener in _listeners.Skip(transparent))
        {
            _ = Native.Close(listener.Fd);
        }

        _listeners.RemoveRange(transparent, _listeners.Count - transparent);
        _ = names >= 0 ? Native.Close(names) : 0;
        return doors;
    }

    /// <summary>Adds what is waited for.</summary>
    /// <returns>When something is to be done whatever comes.</returns>
    public long AddTo(Native.PollFd[] fds, ref int count)
    {
        var next = long.MaxValue;
        var accepts = _connections.Count < _most && Environment.TickCount64 >= _acceptAgain;
        if (!accepts && _connections.Count < _most && _listeners.Count > 0)
        {
            next = _acceptAgain;
        }

        for (var i = 0; i < _listeners.Count; i++)
        {
            _listeners[i].PollIndex = accepts ? Add(fds, ref count, _listeners[i].Fd, Native.POLLIN) : 0;
        }

        if (_names is { } names)
        {
            names.PollIndex = names.Wants ? Add(fds, ref count, names.Fd, Native.POLLIN) : 0;
            next = Math.Min(next, names.Deadline);
        }

        for (var i = 0; i < _connections.Count; i++)
        {
            var connection = _connections[i];
            // What wants nothing is not polled: a peer that is gone would be reported again and again.
            connection.PollIndex = connection.Events is not 0 and var events ? Add(fds, ref count, connection.Fd, events) : 0;
            next = Math.Min(next, connection.Deadline);
        }

        return next;
    }

    /// <summary>Does what can be done after a poll.</summary>
    public void Pump(Native.PollFd[] fds)
    {
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections[i];
            connection.Pump(connection.PollIndex == 0 ? (short)0 : fds[connection.PollIndex].Returned, _buffer);
            if (connection.IsClosed)
            {
                _connections.RemoveAt(i);
            }
        }

        if (_names is { PollIndex: > 0 } names && fds[names.PollIndex].Returned != 0)
        {
            names.Pump();
        }

        foreach (var listener in _listeners)
        {
            if (listener.PollIndex > 0 && fds[listener.PollIndex].Returned != 0)
            {
                Accept(listener);
            }
        }
    }

    /// <summary>Takes a frame of the server. What comes for a connection that is gone meanwhile was on its way already.</summary>
    public void OnFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_names is { Channel: > 0 } names && names.Channel == header.Channel)
        {
            OnNames(names, header.Type, payload);
            return;
        }

        if (_connections.Find(header.Channel) is not { } connection)
        {
            return;
        }

        switch (header.Type)
        {
            case FrameType.Opened:
                connection.OnOpened(new PayloadReader(payload).Int());
                break;
            case FrameType.Data:
                connection.Add(payload);
                break;
            case FrameType.Credit:
                connection.Grant(new PayloadReader(payload).Int());
                break;
            case FrameType.End:
                connection.End();
                break;
            case FrameType.Cancel:
                connection.Cancel(reset: header.Stream == ChannelStream.Error);
                break;
        }

        if (connection.IsClosed)
        {
            _connections.Remove(header.Channel);
        }
    }

    private static void OnNames(NameDoor names, FrameType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case FrameType.Opened:
                names.OnOpened(new PayloadReader(payload).Int());
                break;
            case FrameType.Data:
                names.Add(payload);
                break;
            case FrameType.Credit:
                names.Grant(new PayloadReader(payload).Int());
                break;
            case FrameType.Cancel:
                names.Cancel();
                break;
        }
    }

    private static int Add(Native.PollFd[] fds, ref int count, int fd, short events)
    {
        fds[count] = new Native.PollFd { Fd = fd, Events = events };
        return count++;
    }

    private void Accept(Listener listener)
    {
        const int TcpLevel = 6, NoDelay = 1, PauseMs = 50;
        for (var i = 0; i < AcceptedAtOnce && _connections.Count < _most; i++)
        {
            var fd = Native.Accept(listener.Fd, null, null, Native.O_NONBLOCK | Native.O_CLOEXEC);
            if (fd < 0)
            {
                // Out of files or memory: what waits goes on waiting, and is not asked for in circles.
                _acceptAgain = Native.Error is Native.EAGAIN or Native.EINTR or Native.ECONNABORTED ? 0 : Environment.TickCount64 + PauseMs;
                return;
            }

            var to = default(Native.SocketAddress);
            var length = Native.SocketAddress.Size;
            if (Native.GetSocketName(fd, &to, &length) < 0 || (listener.IsAny && (to.Address & BlockMask) != Block))
            {
                _ = Native.Close(fd);
                continue;
            }

            var yes = 1;
            _ = Native.SetSocketOption(fd, TcpLevel, NoDelay, &yes, sizeof(int));
            var channel = NextChannel();
            _connections.Add(channel, new DoorConnection(wire, channel, fd));
            wire.Send(FrameType.Open, channel, 0, new OpenMessage(listener.Door, to.Address).Write().Span);
        }
    }

    private uint NextChannel() => _last += 2;

    private bool TryListen(Doors door, uint address, ushort port)
    {
        var fd = TrySocket(Native.SOCK_STREAM, address, port);
        if (fd < 0 || Native.Listen(fd, Backlog) < 0)
        {
            _ = fd >= 0 ? Native.Close(fd) : 0;
            return false;
        }

        _listeners.Add(new Listener(door, fd, IsAny: address == 0));
        return true;
    }

    private static int TrySocket(int type, uint address, ushort port)
    {
        const int SocketLevel = 1, ReuseAddress = 2;
        var fd = Native.Socket(Native.AF_INET, type | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return -1;
        }

        var yes = 1;
        var local = new Native.SocketAddress(address, port);
        _ = type == Native.SOCK_STREAM ? Native.SetSocketOption(fd, SocketLevel, ReuseAddress, &yes, sizeof(int)) : 0;
        if (Native.Bind(fd, &local, Native.SocketAddress.Size) == 0)
        {
            return fd;
        }

        _ = Native.Close(fd);
        return -1;
    }

    private sealed record Listener(Doors Door, int Fd, bool IsAny)
    {
        public int PollIndex { get; set; }
    }
}
