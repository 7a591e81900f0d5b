using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>
/// Files as the commands see them: the same root, the same uid. A link leads where it would lead a command, so a path needs no checks but those of the system;
/// only an archive promises to stay below a directory (see <see cref="Tars"/>).
/// </summary>
internal static unsafe class FileOperations
{
    private const int MaxParents = 256;

    public static ReplyMessage Do(FileChannel channel, FileMessage message)
    {
        if (!message.Path.StartsWith('/') || message.Path.Contains('\0', StringComparison.Ordinal) || message.Target.Contains('\0', StringComparison.Ordinal))
        {
            throw new FileFailure(Native.EINVAL, "a path is absolute and has no zero byte");
        }

        return message.Verb switch
        {
            FileVerb.Stat => Stat(channel, message),
            FileVerb.List => Listing.List(channel, message),
            FileVerb.Read => Read(channel, message),
            FileVerb.Write => Write(channel, message),
            FileVerb.MakeDirectory => MakeDirectory(message),
            FileVerb.Remove => Remove(channel, message),
            FileVerb.Rename => Rename(message),
            FileVerb.Search => Searching.Search(channel, message),
            FileVerb.TarOut => Tars.Out(channel, message),
            FileVerb.TarIn => Tars.In(channel, message),
            _ => throw new FileFailure(Native.EINVAL),
        };
    }

    public static Native.StatX StatOf(int directory, string path, int flags)
    {
        const uint BasicStats = 0x7FF;
        Native.StatX result;
        return Native.StatAt(directory, path, flags, BasicStats | Native.BirthTime, &result) < 0 ? throw new FileFailure(Native.Error) : result;
    }

    /// <summary>Opens a file for reading. Only a regular one: a pipe would wait for a writer for ever, a device might do anything.</summary>
    public static int OpenFile(int directory, string path, int flags)
    {
        var fd = Native.OpenAt(directory, path, Native.O_RDONLY | Native.O_NONBLOCK | Native.O_NOCTTY | Native.O_CLOEXEC | flags, 0);
        if (fd < 0)
        {
            throw new FileFailure(Native.Error);
        }

        try
        {
            var type = StatOf(fd, "", Native.AT_EMPTY_PATH).Type;
            return type == Entries.RegularFile ? fd : throw new FileFailure(type == Entries.DirectoryType ? Native.EISDIR : Native.EINVAL, "not a regular file");
        }
        catch (FileFailure)
        {
            _ = Native.Close(fd);
            throw;
        }
    }

    public static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Native.Write(fd, start, bytes.Length);
            }

            if (written < 0 && Native.Error != Native.EINTR)
            {
                throw new FileFailure(Native.Error);
            }

            bytes = bytes[(int)Math.Max(0, written)..];
        }
    }

    private static ReplyMessage Stat(FileChannel channel, FileMessage message)
    {
        Entries.Write(channel, message.Path, StatOf(Native.AT_FDCWD, message.Path, Native.AT_SYMLINK_NOFOLLOW), message.Path);
        return new ReplyMessage(0, "", 1, Truncated: false);
    }

    private static ReplyMessage Read(FileChannel channel, FileMessage message)
    {
        var fd = OpenFile(Native.AT_FDCWD, message.Path, 0);
        try
        {
            if (message.Offset < 0 || message.Limit < 0)
            {
                throw new FileFailure(Native.EINVAL, "a range begins at 0 or later, and is not shorter than 0");
            }

            using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: false);
            var buffer = new byte[FrameHeader.MaxData];
            var sent = 0L;
            while (sent < message.Limit)
            {
                var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, message.Limit - sent)), message.Offset + sent);
                if (count == 0)
                {
                    return new ReplyMessage(0, "", sent, Truncated: false);
                }

                channel.Write(buffer.AsSpan(0, count));
                sent += count;
            }

            return new ReplyMessage(0, "", sent, Truncated: RandomAccess.Read(file, buffer.AsSpan(0, 1), message.Offset + sent) > 0);
        }
        finally
        {
            _ = Native.Close(fd);
        }
    }

    // A new file beside the old one, on the disk before it takes its name: whoever looks sees the old content or the new, after a crash too.
    private static ReplyMessage Write(FileChannel channel, FileMessage message)
    {
        var path = message.Flags.HasFlag(FileFlags.Follow) ? TargetOf(message.Path) : message.Path;
        var name = Path.GetFileName(path);
        if (name is "" or "." or "..")
        {
            throw new FileFailure(Native.EISDIR);
        }

        if (message.Flags.HasFlag(FileFlags.Parents))
        {
            MakeParents(path);
        }

        var mode = message.Mode;
        try
        {
            var old = StatOf(Native.AT_FDCWD, path, Native.AT_SYMLINK_NOFOLLOW);
            if (!message.Flags.HasFlag(FileFlags.Overwrite))
            {
                throw new FileFailure(Native.EEXIST);
            }

            if (old.Type == Entries.DirectoryType)
            {
                throw new FileFailure(Native.EISDIR);
            }

            mode = old.Type == Entries.RegularFile && mode == 0 ? old.Mode & 0x1FF : mode;
        }
        catch (FileFailure e) when (e.Error == Native.ENOENT)
        {
            // new
        }

        var temporary = $"{path[..^name.Length]}.oi-{Guid.NewGuid():N}";
        var fd = Native.OpenAt(Native.AT_FDCWD, temporary, Native.O_WRONLY | Native.O_CREAT | Native.O_EXCL | Native.O_NOFOLLOW | Native.O_CLOEXEC, 0x180);
        if (fd < 0)
        {
            throw new FileFailure(Native.Error);
        }

        try
        {
            var written = Copy(channel, fd, message.Limit);
            if (Native.ChangeMode(fd, (uint)(mode == 0 ? 0x1A4 : mode & 0x1FF)) < 0 || Native.Flush(fd) < 0)
            {
                throw new FileFailure(Native.Error);
            }

            var replace = message.Flags.HasFlag(FileFlags.Overwrite) ? 0u : Native.RENAME_NOREPLACE;
            return Native.RenameAt(Native.AT_FDCWD, temporary, Native.AT_FDCWD, path, replace) < 0 ? throw new FileFailure(Native.Error) : new ReplyMessage(0, "", written, Truncated: false);
        }
        catch
        {
            _ = Native.UnlinkAt(Native.AT_FDCWD, temporary, 0);
            throw;
        }
        finally
        {
            _ = Native.Close(fd);
        }
    }

    // Where a command's own open would lead: also to a file that is not there yet.
    private static string TargetOf(string path)
    {
        const int MaxLinks = 40;
        for (var i = 0; i < MaxLinks; i++)
        {
            if (!Listing.TryStat(path, out var stat) || stat.Type != Entries.LinkType)
            {
                return path;
            }

            var target = Entries.TargetOf(path);
            path = target.StartsWith('/') ? target : path[..(path.LastIndexOf('/') + 1)] + target;
        }

        throw new FileFailure(Native.ELOOP);
    }

    private static long Copy(FileChannel channel, int fd, long limit)
    {
        var buffer = new byte[FrameHeader.MaxData];
        var written = 0L;
        while (channel.Read(buffer) is var count and > 0)
        {
            written += count;
            WriteAll(fd, written > limit ? throw new FileFailure(Native.EFBIG) : buffer.AsSpan(0, count));
        }

        return written;
    }

    private static ReplyMessage MakeDirectory(FileMessage message)
    {
        if (message.Flags.HasFlag(FileFlags.Parents))
        {
            MakeParents(message.Path);
        }

        if (Native.MakeDirectoryAt(Native.AT_FDCWD, message.Path, (uint)(message.Mode == 0 ? 0x1ED : message.Mode & 0x1FF)) < 0)
        {
            var error = Native.Error;
            if (error != Native.EEXIST || !message.Flags.HasFlag(FileFlags.Overwrite) || StatOf(Native.AT_FDCWD, message.Path, 0).Type != Entries.DirectoryType)
            {
                throw new FileFailure(error);
            }
        }

        return new ReplyMessage(0, "", 1, Truncated: false);
    }

    private static void MakeParents(string path)
    {
        var end = 0;
        for (var depth = 0; (end = path.IndexOf('/', end + 1)) > 0; depth++)
        {
            if (depth > MaxParents)
            {
                throw new FileFailure(Native.ENAMETOOLONG);
            }

            if (Native.MakeDirectoryAt(Native.AT_FDCWD, path[..end], 0x1ED) < 0 && Native.Error is not (Native.EEXIST or Native.EACCES or 30))
            {
                throw new FileFailure(Native.Error, path[..end]);
            }
        }
    }

    private static ReplyMessage Remove(FileChannel channel, FileMessage message)
    {
        var isDirectory = StatOf(Native.AT_FDCWD, message.Path, Native.AT_SYMLINK_NOFOLLOW).Type == Entries.DirectoryType;
        if (isDirectory && message.Flags.HasFlag(FileFlags.Recursive))
        {
            return new ReplyMessage(0, "", Listing.RemoveBelow(channel, message.Path), Truncated: false);
        }

        return Native.UnlinkAt(Native.AT_FDCWD, message.Path, isDirectory ? Native.AT_REMOVEDIR : 0) < 0
            ? throw new FileFailure(Native.Error)
            : new ReplyMessage(0, "", 1, Truncated: false);
    }

    private static ReplyMessage Rename(FileMessage message)
    {
        var replace = message.Flags.HasFlag(FileFlags.Overwrite) ? 0u : Native.RENAME_NOREPLACE;
        return Native.RenameAt(Native.AT_FDCWD, message.Path, Native.AT_FDCWD, message.Target, replace) < 0
            ? throw new FileFailure(Native.Error)
            : new ReplyMessage(0, "", 1, Truncated: false);
    }
}
