using OpenInteractions.Sandboxes.Frames;
using OpenInteractions.Sandboxes.Init.Files;
using OpenInteractions.Sandboxes.Init.Network;
using OpenInteractions.Sandboxes.Init.Processes;

namespace OpenInteractions.Sandboxes.Init;

/// <summary>
/// The loop: frames from the server, output of commands, children that ended, times that are over. It ends when its input does, and the kernel ends with it
/// whatever else runs in its process namespace.
/// </summary>
internal sealed unsafe class Supervisor
{
    private const int MaxCommands = 256;
    private const int SetDumpable = 4, SetChildSubreaper = 36, SetNoNewPrivileges = 38;

    private readonly Wire _wire = new();
    private readonly Reaper _reaper;
    private readonly Spawner _spawner;
    private readonly FileWorkers _files;
    private readonly NetworkDoors _doors;
    private readonly ChannelTable<Command> _commands = new();
    private readonly byte[] _buffer = new byte[FrameHeader.MaxData];
    private readonly int _wake = Native.EventFd(0, Native.O_CLOEXEC | Native.O_NONBLOCK);
    private Native.PollFd[] _fds = new Native.PollFd[16];
    private long _stopAt = long.MaxValue;
    private bool _greeted;

    public Supervisor()
    {
        _reaper = new Reaper(Wake);
        _spawner = new Spawner(_wire, _reaper);
        _files = new FileWorkers(_wire);
        _doors = new NetworkDoors(_wire);
    }

    /// <summary>Ends at once, and everything below with it.</summary>
    public static void Die(int status)
    {
        KillAll(Native.SIGKILL);
        Native.Exit(status);
    }

    public int Run()
    {
        OwnProcess.Limit();
        // What runs here has the same uid as the commands. Not dumpable: then /proc/1/fd, /proc/1/mem and ptrace are closed to them, and nobody can forge a frame.
        _ = Native.Prctl(SetDumpable, 0, 0, 0, 0);
        _ = Native.Prctl(SetChildSubreaper, 1, 0, 0, 0);
        _ = Native.Prctl(SetNoNewPrivileges, 1, 0, 0, 0);
        // Whatever else the server, or what stands between, left open when it started this: no command gets it.
        const int CloseOnExec = 4;
        _ = Native.CloseRange(3, uint.MaxValue, CloseOnExec);
        OwnProcess.IgnoreSignals();
        _reaper.Start();
        var doors = Environment.GetEnvironmentVariable("OI_DOORS") == "1" ? _doors.Open() : Doors.None;
        _wire.Send(FrameType.Hello, 0, 0, new HelloMessage(FrameHeader.Version, doors).Write().Span);
        try
        {
            Loop();
        }
        catch (FrameException e)
        {
            Console.Error.WriteLine(e.Message);
            Die(2);
        }

        Die(0);
        return 0;
    }

    private void Loop()
    {
        while (true)
        {
            var count = Prepare(out var timeout);
            int ready;
            fixed (Native.PollFd* fds = _fds)
            {
                ready = Native.Poll(fds, (nuint)count, timeout);
            }

            if (ready < 0 && Native.Error != Native.EINTR)
            {
                return;
            }

            if (_fds[1].Returned != 0)
            {
                ulong value;
                _ = Native.Read(_wake, (byte*)&value, sizeof(ulong));
            }

            if (_fds[0].Returned != 0 && !_wire.Receive(OnFrame))
            {
                return; // the server is gone, or wants no more
            }

            while (_reaper.TryTake() is { } ending)
            {
                OnReaped(ending);
            }

            Pump();
            _doors.Pump(_fds);
            if (_stopAt != long.MaxValue && (_reaper.IsIdle || Environment.TickCount64 >= _stopAt))
            {
                Stop();
                return;
            }
        }
    }

    private void OnReaped(Ending ending)
    {
        for (var i = 0; i < _commands.Count; i++)
        {
            if (_commands[i] is { HasEnded: false } command && command.Pid == ending.Pid)
            {
                command.OnReaped(ending);
                return;
            }
        }
    }

    private int Prepare(out int timeout)
    {
        var most = 2 + (3 * _commands.Count) + _doors.Polled;
        if (_fds.Length < most)
        {
            _fds = new Native.PollFd[2 * most];
        }

        var count = 0;
        _fds[count++] = new Native.PollFd { Fd = 0, Events = Native.POLLIN };
        _fds[count++] = new Native.PollFd { Fd = _wake, Events = Native.POLLIN };
        var next = _stopAt;
        for (var i = 0; i < _commands.Count; i++)
        {
            var command = _commands[i];
            // What has ended is looked at when credit comes; polling a pipe that others hold open, or that is closed, would spin.
            next = Math.Min(next, command.Deadline);
            if (command.HasEnded)
            {
                continue;
            }

            if (command.Input.Wants)
            {
                _fds[count++] = new Native.PollFd { Fd = command.Input.Fd, Events = Native.POLLOUT };
            }

            if (command.Output.Wants)
            {
                _fds[count++] = new Native.PollFd { Fd = command.Output.Fd, Events = Native.POLLIN };
            }

            if (command.Error.Wants)
            {
                _fds[count++] = new Native.PollFd { Fd = command.Error.Fd, Events = Native.POLLIN };
            }
        }

        next = Math.Min(next, _doors.AddTo(_fds, ref count));
        timeout = next == long.MaxValue ? -1 : (int)Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue);
        return count;
    }

    private void Pump()
    {
        for (var i = _commands.Count - 1; i >= 0; i--)
        {
            Pump(i);
        }
    }

    // What fails for want of memory is tried again at the next round; it ends nobody else's work.
    private void Pump(int i)
    {
        try
        {
            var command = _commands[i];
            command.Input.Pump(_wire, command.Channel);
            command.Output.Pump(_wire, command.Channel, _buffer, ended: false);
            command.Error.Pump(_wire, command.Channel, _buffer, ended: false);
            if (Environment.TickCount64 >= command.Deadline)
            {
                command.OnTimeout();
            }

            if (command.Finish(_wire, _buffer))
            {
                _commands.RemoveAt(i);
            }
        }
        catch (OutOfMemoryException)
        {
            Console.Error.WriteLine("Output waits for memory.");
        }
    }

    private void OnFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Type == FrameType.Hello)
        {
            var reader = new PayloadReader(payload);
            _greeted = reader.Int() == FrameHeader.Version ? true : throw new FrameException("The server speaks another version.");
            return;
        }

        if (!_greeted)
        {
            throw new FrameException("The first frame has to be the version.");
        }

        if (header.Channel % 2 == 1)
        {
            _doors.OnFrame(header, payload);
            return;
        }

        try
        {
            Take(header, payload);
        }
        catch (Exception e) when (e is not FrameException)
        {
            OnFault(header.Channel, e);
        }
    }

    // One request fails, and whoever made it is told: the init lives for all the others.
    private void OnFault(uint channel, Exception fault)
    {
        Console.Error.WriteLine($"A request failed: {fault.GetType().Name}");
        _files.Find(channel)?.Cancel();
        if (_commands.Find(channel) is { } command)
        {
            _ = command.HasEnded ? 0 : Native.Kill(-command.Pid, Native.SIGKILL);
        }
        else if (_files.Find(channel) is null)
        {
            _wire.Send(FrameType.Reply, channel, 0, new ReplyMessage(fault is OutOfMemoryException ? Native.EAGAIN : Native.EIO, "the request failed inside", 0, Truncated: false).Write().Span);
        }
    }

    private void Take(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Exec:
                OnExec(header.Channel, ExecMessage.Read(payload));
                break;
            case FrameType.File:
                if (IsTaken(header.Channel))
                {
                    throw new FrameException("A channel is opened twice.");
                }

                _files.Start(header.Channel, FileMessage.Read(payload));
                break;
            case FrameType.Data:
                // What comes for a channel that has ended meanwhile was on its way already.
                OnData(header.Channel, payload);
                break;
            case FrameType.End:
                _commands.Find(header.Channel)?.Input.End(_wire, header.Channel);
                _files.Find(header.Channel)?.EndInput();
                break;
            case FrameType.Credit:
                OnCredit(header, new PayloadReader(payload).Int());
                break;
            case FrameType.Signal:
                OnSignal(header.Channel, new PayloadReader(payload).Int());
                break;
            case FrameType.Cancel:
                _files.Find(header.Channel)?.Cancel();
                break;
            case FrameType.Shutdown:
                OnShutdown(new PayloadReader(payload).Int());
                break;
            default:
                throw new FrameException("A frame that only an init sends.");
        }
    }

    private bool IsTaken(uint channel) => channel == 0 || _commands.Find(channel) is not null || _files.Find(channel) is not null;

    private void OnExec(uint channel, ExecMessage message)
    {
        if (IsTaken(channel))
        {
            throw new FrameException("A channel is opened twice.");
        }

        if (_commands.Count >= MaxCommands)
        {
            _wire.Send(FrameType.Reply, channel, 0, new ReplyMessage(Native.EAGAIN, $"{MaxCommands} commands run already", 0, Truncated: false).Write().Span);
        }
        else if (_spawner.Start(channel, message) is { } command)
        {
            _commands.Add(channel, command);
        }
    }

    private void OnData(uint channel, ReadOnlySpan<byte> payload)
    {
        _commands.Find(channel)?.Input.Add(payload);
        _files.Find(channel)?.AddInput(payload);
    }

    private void OnCredit(FrameHeader header, int bytes)
    {
        if (_commands.Find(header.Channel) is { } command)
        {
            (header.Stream == ChannelStream.Error ? command.Error : command.Output).Grant(bytes);
        }

        _files.Find(header.Channel)?.Grant(bytes);
    }

    private void OnSignal(uint channel, int signal)
    {
        if (_commands.Find(channel) is not { HasEnded: false } command || signal is < 1 or > 64)
        {
            return;
        }

        if (signal == Native.SIGKILL)
        {
            Sessions.Kill(command.Pid);
        }
        else
        {
            _ = Native.Kill(-command.Pid, signal);
        }
    }

    private void OnShutdown(int graceMs)
    {
        _stopAt = Environment.TickCount64 + Math.Max(0, graceMs);
        if (graceMs > 0)
        {
            KillAll(Native.SIGTERM);
            for (var i = 0; i < _commands.Count; i++)
            {
                _ = Native.Kill(-_commands[i].Pid, Native.SIGTERM);
            }
        }
    }

    private void Stop()
    {
        KillAll(Native.SIGKILL);
        for (var i = 0; i < _commands.Count; i++)
        {
            if (!_commands[i].HasEnded)
            {
                Sessions.Kill(_commands[i].Pid);
            }
        }

        // What a command wrote is on the disk's image before the server hears that the sandbox has ended.
        var root = Native.OpenAt(Native.AT_FDCWD, "/", Native.O_RDONLY | Native.O_DIRECTORY | Native.O_CLOEXEC, 0);
        _ = Native.SyncFileSystem(root);
    }

    // Only in a process namespace of its own: elsewhere this would be everything that its uid may signal.
    private static void KillAll(int signal) => _ = Native.GetPid() == 1 ? Native.Kill(-1, signal) : 0;

    private void Wake()
    {
        ulong one = 1;
        _ = Native.Write(_wake, (byte*)&one, sizeof(ulong));
    }
}
