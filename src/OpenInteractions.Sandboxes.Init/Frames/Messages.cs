namespace OpenInteractions.Sandboxes.Frames;

/// <summary>The streams of a channel.</summary>
internal static class ChannelStream
{
    /// <summary>Input of a command, content of a file operation, bytes of a connection outwards.</summary>
    public const byte In = 0;

    /// <summary>Output of a command, result of a file operation, bytes of a connection inwards.</summary>
    public const byte Out = 1;

    /// <summary>Error output of a command.</summary>
    public const byte Error = 2;
}

/// <summary>Run this.</summary>
/// <param name="Arguments">The program and its arguments; with a session, the one line for its shell.</param>
/// <param name="Environment">The whole environment, as NAME=VALUE.</param>
/// <param name="Directory">Where. Empty in a session that has a directory already.</param>
/// <param name="Session">The shell session that carries directory and exported variables on; empty for none.</param>
/// <param name="Pinned">Names of variables that win over those which the session carries.</param>
/// <param name="HasInput">Whether something will come for its standard input.</param>
/// <param name="TimeoutMs">After that its whole session is killed; 0 for never.</param>
/// <param name="OutputLimit">Bytes of standard output that are sent; what is beyond them is counted and dropped. Negative for no limit.</param>
/// <param name="ErrorLimit">The same for error output.</param>
internal sealed record ExecMessage(
    string[] Arguments, string[] Environment, string Directory, string Session, string[] Pinned, bool HasInput, long TimeoutMs, long OutputLimit, long ErrorLimit)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Texts(Arguments).Texts(Environment).Text(Directory).Text(Session).Texts(Pinned)
        .Flag(HasInput).Long(TimeoutMs).Long(OutputLimit).Long(ErrorLimit).Written;

    public static ExecMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new ExecMessage(reader.Texts(), reader.Texts(), reader.Text(), reader.Text(), reader.Texts(), reader.Flag(), reader.Long(), reader.Long(), reader.Long());
        reader.Done();
        return message.Arguments.Length > 0 ? message : throw new FrameException("A command has no program.");
    }
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">What it returned; meaningless where a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
/// <param name="TimedOut">Whether it was killed because its time was over.</param>
/// <param name="OutputDropped">Bytes of standard output that were dropped.</param>
/// <param name="ErrorDropped">Bytes of error output that were dropped.</param>
/// <param name="CpuMicroseconds">Time on processors, of it and of the children that it waited for.</param>
/// <param name="PeakKilobytes">The most memory that it, or a child that it waited for, held.</param>
internal sealed record ExitedMessage(int ExitCode, int Signal, bool TimedOut, long OutputDropped, long ErrorDropped, long CpuMicroseconds, long PeakKilobytes)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Int(ExitCode).Int(Signal).Flag(TimedOut).Long(OutputDropped).Long(ErrorDropped)
        .Long(CpuMicroseconds).Long(PeakKilobytes).Written;

    public static ExitedMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new ExitedMessage(reader.Int(), reader.Int(), reader.Flag(), reader.Long(), reader.Long(), reader.Long(), reader.Long());
        reader.Done();
        return message;
    }
}

/// <summary>What a file operation does.</summary>
internal enum FileVerb : byte
{
    Stat = 1,
    List = 2,
    Read = 3,
    Write = 4,
    MakeDirectory = 5,
    Remove = 6,
    Rename = 7,
    Search = 8,
    TarOut = 9,
    TarIn = 10,
}

/// <summary>Do this with files. What a verb does not need is empty or 0.</summary>
/// <param name="Verb">What.</param>
/// <param name="Path">Where, absolute.</param>
/// <param name="Target">The new path of a rename; the pattern of a search; the name pattern of a list.</param>
/// <param name="Offset">Where reading begins.</param>
/// <param name="Limit">Bytes or entries at most.</param>
/// <param name="Mode">Permission bits of what is made.</param>
/// <param name="Flags">See <see cref="FileFlags"/>.</param>
internal sealed record FileMessage(FileVerb Verb, string Path, string Target, long Offset, long Limit, int Mode, FileFlags Flags)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Byte((byte)Verb).Text(Path).Text(Target).Long(Offset).Long(Limit).Int(Mode).Int((int)Flags).Written;

    public static FileMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new FileMessage((FileVerb)reader.Byte(), reader.Text(), reader.Text(), reader.Long(), reader.Long(), reader.Int(), (FileFlags)reader.Int());
        reader.Done();
        return message.Verb is >= FileVerb.Stat and <= FileVerb.TarIn ? message : throw new FrameException("There is no such file operation.");
    }
}

/// <summary>How a file operation is done.</summary>
[Flags]
internal enum FileFlags
{
    None = 0,

    /// <summary>All below a directory too.</summary>
    Recursive = 1,

    /// <summary>What is there already is replaced.</summary>
    Overwrite = 2,

    /// <summary>Directories above are made where they are missing.</summary>
    Parents = 4,

    /// <summary>The pattern is a regular expression.</summary>
    Expression = 8,

    /// <summary>An archive is read through, and nothing is written: its entries are the answer.</summary>
    Check = 16,

    /// <summary>Where the path is a link, the file that it leads to is written.</summary>
    Follow = 32,
}

/// <summary>How a file operation ended, or why a command did not start.</summary>
/// <param name="Error">The system's error number, or 0.</param>
/// <param name="Detail">Where it went wrong, when that is not the path itself.</param>
/// <param name="Count">Entries, matches or bytes.</param>
/// <param name="Truncated">Whether there was more than asked for.</param>
internal sealed record ReplyMessage(int Error, string Detail, long Count, bool Truncated)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Int(Error).Text(Detail).Long(Count).Flag(Truncated).Written;

    public static ReplyMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new ReplyMessage(reader.Int(), reader.Text(), reader.Long(), reader.Flag());
        reader.Done();
        return message;
    }
}

/// <summary>Doors of the network.</summary>
[Flags]
internal enum Doors
{
    None = 0,

    /// <summary>A proxy of HTTP.</summary>
    Proxy = 1,

    /// <summary>Port 80 of addresses that stand for names.</summary>
    Http = 2,

    /// <summary>Port 443 of them.</summary>
    Tls = 4,

    /// <summary>Questions for names.</summary>
    Dns = 8,

    /// <summary>All that programs need which know nothing of a proxy.</summary>
    Transparent = Http | Tls | Dns,
}

/// <summary>Somebody inside has connected to a door.</summary>
/// <param name="Door">Which one.</param>
/// <param name="Address">The IPv4 address that was connected to, its first part in the highest byte.</param>
internal sealed record OpenMessage(Doors Door, uint Address)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Byte((byte)Door).Int((int)Address).Written;

    public static OpenMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new OpenMessage((Doors)reader.Byte(), (uint)reader.Int());
        reader.Done();
        return message.Door is Doors.Proxy or Doors.Http or Doors.Tls or Doors.Dns ? message : throw new FrameException("There is no such door.");
    }
}

/// <summary>What the init says first.</summary>
/// <param name="Version">The version of the frames.</param>
/// <param name="Doors">The doors that it has opened.</param>
internal sealed record HelloMessage(int Version, Doors Doors)
{
    public ReadOnlyMemory<byte> Write() => new PayloadWriter().Int(Version).Int((int)Doors).Written;

    public static HelloMessage Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var message = new HelloMessage(reader.Int(), (Doors)reader.Int());
        reader.Done();
        return message.Version == FrameHeader.Version ? message : throw new FrameException("It speaks another version.");
    }
}
