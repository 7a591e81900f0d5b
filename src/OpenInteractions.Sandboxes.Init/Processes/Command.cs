using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>A command that runs, or whose last output is on its way.</summary>
internal sealed class Command(uint channel, int pid, InPipe input, OutPipe output, OutPipe error, long deadline)
{
    private Ending? _ending;
    private bool _timedOut;

    public uint Channel => channel;

    public int Pid => pid;

    public InPipe Input => input;

    public OutPipe Output => output;

    public OutPipe Error => error;

    public bool HasEnded => _ending is not null;

    /// <summary>When its time is over, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long Deadline => HasEnded || _timedOut ? long.MaxValue : deadline;

    public void OnReaped(Ending ending) => _ending = ending;

    public void OnTimeout()
    {
        _timedOut = true;
        Sessions.Kill(pid);
    }

    /// <summary>Sends what is left and the end, once the command has ended and its output is through.</summary>
    public bool Finish(Wire wire, byte[] buffer)
    {
        if (_ending is not { } ending)
        {
            return false;
        }

        input.Close();
        while (output.Pump(wire, channel, buffer, ended: true))
        {
        }

        while (error.Pump(wire, channel, buffer, ended: true))
        {
        }

        if (output.IsOpen || error.IsOpen)
        {
            return false; // waits for credit
        }

        wire.Send(FrameType.Exited, channel, 0,
            new ExitedMessage(ending.ExitCode, ending.Signal, _timedOut, output.Dropped, error.Dropped, ending.CpuMicroseconds, ending.PeakKilobytes).Write().Span);
        return true;
    }
}

/// <summary>What the system says of a process that ended. A class: see <see cref="ChannelTable{T}"/>.</summary>
internal sealed record Ending(int Pid, int Status, long CpuMicroseconds, long PeakKilobytes)
{
    public int Signal => Status & 0x7F;

    public int ExitCode => Signal == 0 ? (Status >> 8) & 0xFF : 0;
}
