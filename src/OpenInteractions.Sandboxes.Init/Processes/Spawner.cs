using System.Text;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>
/// Starts a command: a session of its own, the default for each signal, no file but its three, and the first to be taken when memory is short.
/// </summary>
internal sealed unsafe class Spawner(Wire wire, Reaper reaper)
{
    // Bytes of posix_spawn's two opaque structures; the real ones have 80 and 336.
    private const int Opaque = 1024;
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08, SetSession = 0x80;

    // Opened while /proc/self still belongs to this process: it does not any more once it cannot be dumped.
    private readonly int _score = Native.OpenAt(Native.AT_FDCWD, "/proc/self/oom_score_adj", Native.O_WRONLY | Native.O_CLOEXEC, 0);

    /// <summary>Starts it.</summary>
    /// <returns>The command, or null when the reply has said why not.</returns>
    public Command? Start(uint channel, ExecMessage message)
    {
        var arguments = message.Session.Length == 0 ? message.Arguments : SessionShell.Wrap(message);
        if (Array.Exists(arguments, HasZero) || Array.Exists(message.Environment, HasZero) || HasZero(message.Directory))
        {
            return Refuse(channel, Native.EINVAL, "a zero byte");
        }

        if (message.Directory.Length > 0)
        {
            var directory = Native.OpenAt(Native.AT_FDCWD, message.Directory, Native.O_RDONLY | Native.O_DIRECTORY | Native.O_CLOEXEC, 0);
            if (directory < 0)
            {
                return Refuse(channel, Native.Error, message.Directory);
            }

            _ = Native.Close(directory);
        }

        var pipes = stackalloc int[6] { -1, -1, -1, -1, -1, -1 };
        if ((message.HasInput && Native.Pipe(pipes, Native.O_CLOEXEC) < 0) || Native.Pipe(pipes + 2, Native.O_CLOEXEC) < 0 || Native.Pipe(pipes + 4, Native.O_CLOEXEC) < 0)
        {
            var error = Native.Error;
            CloseAll(pipes, 6);
            return Refuse(channel, error, "pipes");
        }

        reaper.Expect();
        var failure = Spawn(arguments, message, pipes, out var pid);
        reaper.OnSpawned();
        Close(pipes[0]);
        Close(pipes[3]);
        Close(pipes[5]);
        if (failure != 0)
        {
            Close(pipes[1]);
            Close(pipes[2]);
            Close(pipes[4]);
            return Refuse(channel, failure, arguments[0]);
        }

        SetNonBlocking(pipes[1]);
        SetNonBlocking(pipes[2]);
        SetNonBlocking(pipes[4]);
        var deadline = message.TimeoutMs > 0 ? Environment.TickCount64 + message.TimeoutMs : long.MaxValue;
        wire.Send(FrameType.Started, channel, 0, new PayloadWriter().Int(pid).Written.Span);
        return new Command(channel, pid, new InPipe(pipes[1]), new OutPipe(pipes[2], ChannelStream.Out, message.OutputLimit), new OutPipe(pipes[4], ChannelStream.Error, message.ErrorLimit), deadline);
    }

    private int Spawn(string[] arguments, ExecMessage message, int* pipes, out int pid)
    {
        using var argumentBlock = new CStrings(arguments);
        using var environmentBlock = new CStrings(message.Environment);
        var actions = stackalloc byte[Opaque];
        var attributes = stackalloc byte[Opaque];
        var allSignals = stackalloc byte[128];
        var noSignals = stackalloc byte[128];
        for (var i = 0; i < 128; i++)
        {
            (allSignals[i], noSignals[i]) = (0xFF, 0);
        }

        _ = Native.ActionsInit(actions);
        _ = Native.AttributesInit(attributes);
        try
        {
            _ = message.HasInput ? Native.ActionsAddDup(actions, pipes[0], 0) : Native.ActionsAddOpen(actions, 0, "/dev/null", Native.O_RDONLY, 0);
            _ = Native.ActionsAddDup(actions, pipes[3], 1);
            _ = Native.ActionsAddDup(actions, pipes[5], 2);
            if (message.Directory.Length > 0)
            {
                _ = Native.ActionsAddChangeDirectory(actions, message.Directory);
            }

            _ = Native.AttributesSetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
            _ = Native.AttributesSetDefaults(attributes, allSignals);
            _ = Native.AttributesSetMask(attributes, noSignals);
            pid = 0;
            var failure = Native.ENOENT;
            SetScore("1000"u8);
            foreach (var path in Candidates(arguments[0], message.Environment))
            {
                int started;
                fixed (byte* program = CStrings.Bytes(path))
                {
                    var result = Native.Spawn(&started, program, actions, attributes, argumentBlock.Pointer, environmentBlock.Pointer);
                    if (result == 0)
                    {
                        pid = started;
                        return 0;
                    }

                    // As execvp does it: what is forbidden in one place is told only when it is nowhere else.
                    failure = failure == Native.EACCES && result == Native.ENOENT ? failure : result;
                    if (result is not (Native.ENOENT or Native.EACCES or Native.ENOTDIR))
                    {
                        break;
                    }
                }
            }

            return failure;
        }
        finally
        {
            SetScore("0"u8);
            _ = Native.ActionsDestroy(actions);
            _ = Native.AttributesDestroy(attributes);
        }
    }

    // Children take the score of their parent, so it is high while one is started. Without privileges it may be lowered to what it was.
    private void SetScore(ReadOnlySpan<byte> score)
    {
        fixed (byte* text = score)
        {
            _ = Native.Write(_score, text, score.Length);
        }
    }

    private static IEnumerable<string> Candidates(string program, string[] environment)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return [program];
        }

        var path = Array.Find(environment, e => e.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? "/usr/local/bin:/usr/bin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => $"{directory}/{program}");
    }

    private Command? Refuse(uint channel, int error, string detail)
    {
        wire.Send(FrameType.Reply, channel, 0, new ReplyMessage(error, detail.Length > 256 ? detail[..256] : detail, 0, Truncated: false).Write().Span);
        return null;
    }

    private static bool HasZero(string text) => text.Contains('\0', StringComparison.Ordinal);

    private static void SetNonBlocking(int fd)
    {
        const int SetFlags = 4;
        _ = fd >= 0 ? Native.Fcntl(fd, SetFlags, Native.O_NONBLOCK) : 0;
    }

    private static void CloseAll(int* fds, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Close(fds[i]);
        }
    }

    private static void Close(int fd) => _ = fd >= 0 ? Native.Close(fd) : 0;
}
