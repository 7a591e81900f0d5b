using System.Formats.Tar;
using System.Text;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>
/// Directories as tar archives. An archive that is unpacked stays below its directory: names lead neither up nor to the root, no link is followed on the way to a
/// file, each directory is opened from the one above it, and what is not a file, a directory or a link that stays below is refused.
/// </summary>
internal static unsafe class Tars
{
    private const int MaxDepth = 128;
    private const int MaxName = 255;
    private const int MaxEntries = 200_000;

    public static ReplyMessage Out(FileChannel channel, FileMessage message)
    {
        var start = FileOperations.StatOf(Native.AT_FDCWD, message.Path, Native.AT_SYMLINK_NOFOLLOW);
        var root = message.Path.Length > 1 ? message.Path.TrimEnd('/') : "";
        var count = 0L;
        var wroteText = false;
        using var writer = new TarWriter(channel, TarEntryFormat.Pax, leaveOpen: true);
        var paths = start.Type == Entries.DirectoryType ? Listing.Walk(channel, message.Path, recursive: true) : [message.Path];
        foreach (var path in paths)
        {
            if (!Listing.TryStat(path, out var stat))
            {
                continue;
            }

            var name = start.Type == Entries.DirectoryType ? path[(root.Length + 1)..] : Path.GetFileName(path);
            var isRaw = RawNames.IsRaw(name) || (stat.Type == Entries.LinkType && RawNames.IsRaw(Entries.TargetOf(path)));
            if (isRaw ? WriteRaw(channel, path, name, stat) : WriteEntry(writer, path, name, stat))
            {
                wroteText |= !isRaw;
                if (count++ == message.Limit)
                {
                    throw new FileFailure(Native.EFBIG, "more entries than asked for");
                }
            }
        }

        if (count > 0 && !wroteText)
        {
            RawEntries.End(channel); // the writer ends what it has begun
        }

        return new ReplyMessage(0, "", count, Truncated: false);
    }

    public static ReplyMessage In(FileChannel channel, FileMessage message)
    {
        if (message.Flags.HasFlag(FileFlags.Check))
        {
            return Check(channel, message);
        }

        var root = Native.OpenAt(Native.AT_FDCWD, message.Path, Native.O_RDONLY | Native.O_DIRECTORY | Native.O_CLOEXEC, 0);
        if (root < 0)
        {
            throw new FileFailure(Native.Error);
        }

        try
        {
            using var reader = new TarReader(channel, leaveOpen: true);
            var (count, bytes) = (0L, 0L);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                bytes += entry.Length;
                if (++count > MaxEntries || bytes > message.Limit)
                {
                    throw new FileFailure(Native.EFBIG, Shown(entry.Name));
                }

                Unpack(root, entry, message.Flags.HasFlag(FileFlags.Overwrite));
            }

            return new ReplyMessage(0, "", count, Truncated: false);
        }
        finally
        {
            _ = Native.Close(root);
        }
    }

    /// <summary>Reads an archive through with the reader that unpacks it, and says what that would write: path, and whether it is a directory.</summary>
    private static ReplyMessage Check(FileChannel channel, FileMessage message)
    {
        using var reader = new TarReader(channel, leaveOpen: true);
        var (count, bytes, last) = (0L, 0L, "");
        while (Next(reader, last) is { } entry)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            last = entry.Name;
            bytes += entry.Length;
            if (++count > message.Offset || bytes > message.Limit || entry.Length < 0)
            {
                throw new FileFailure(Native.EFBIG, Shown(entry.Name));
            }

            var parts = Parts(entry.Name);
            var isSound = entry.EntryType is TarEntryType.Directory or TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile
                || (entry.EntryType == TarEntryType.SymbolicLink && StaysBelow(parts, entry.LinkName));
            if (!isSound || (entry.EntryType is TarEntryType.Directory or TarEntryType.SymbolicLink && entry.Length > 0))
            {
                throw new FileFailure(Native.EINVAL, Shown(entry.Name));
            }

            _ = entry.Mode; // what unpacking asks for, too
            if (parts.Length > 0)
            {
                Entries.Write(channel, new PayloadWriter().Text(string.Join('/', parts)).Flag(entry.EntryType == TarEntryType.Directory));
            }
        }

        return new ReplyMessage(0, "", count, Truncated: false);
    }

    private static TarEntry? Next(TarReader reader, string last)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (Exception e) when (e is not FileFailure and not OutOfMemoryException)
        {
            throw new FileFailure(Native.EINVAL, last.Length == 0 ? "its first entry" : $"the entry behind '{Shown(last)}'");
        }
    }

    private static bool WriteRaw(FileChannel channel, string path, string name, in Native.StatX stat)
    {
        switch (stat.Type)
        {
            case Entries.DirectoryType:
                RawEntries.Write(channel, '5', name + "/", "", stat, content: null);
                return true;
            case Entries.LinkType:
                RawEntries.Write(channel, '2', name, Entries.TargetOf(path) is { Length: > 0 } target ? target : ".", stat, content: null);
                return true;
            case Entries.RegularFile:
                try
                {
                    using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(FileOperations.OpenFile(Native.AT_FDCWD, path, Native.O_NOFOLLOW), ownsHandle: true);
                    using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
                    using var content = new ExactStream(file);
                    RawEntries.Write(channel, '0', name, "", stat, content);
                    return true;
                }
                catch (FileFailure e) when (e.Error is Native.EACCES or Native.ENOENT or Native.ELOOP)
                {
                    return false; // not for this uid, or gone, or something else by now
                }

            default:
                return false;
        }
    }

    private static bool WriteEntry(TarWriter writer, string path, string name, in Native.StatX stat)
    {
        var type = stat.Type switch
        {
            Entries.RegularFile => TarEntryType.RegularFile,
            Entries.DirectoryType => TarEntryType.Directory,
            Entries.LinkType => TarEntryType.SymbolicLink,
            _ => (TarEntryType?)null,
        };
        if (type is not { } kind)
        {
            return false; // sockets, pipes: they mean nothing elsewhere
        }

        var entry = new PaxTarEntry(kind, name)
        {
            Mode = (UnixFileMode)(stat.Mode & 0x1FF),
            ModificationTime = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(stat.ModifiedSeconds, 0, 253_402_300_799)),
        };
        FileStream? content = null;
        try
        {
            if (kind == TarEntryType.SymbolicLink)
            {
                entry.LinkName = Entries.TargetOf(path) is { Length: > 0 } target ? target : ".";
            }
            else if (kind == TarEntryType.RegularFile)
            {
                var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(FileOperations.OpenFile(Native.AT_FDCWD, path, Native.O_NOFOLLOW), ownsHandle: true);
                content = new FileStream(handle, FileAccess.Read, bufferSize: 0);
                entry.DataStream = new ExactStream(content);
            }

            writer.WriteEntry(entry);
            return true;
        }
        catch (FileFailure e) when (e.Error is Native.EACCES or Native.ENOENT or Native.ELOOP)
        {
            return false; // not for this uid, or gone, or something else by now
        }
        finally
        {
            content?.Dispose();
        }
    }

    private static void Unpack(int root, TarEntry entry, bool overwrite)
    {
        var parts = Parts(entry.Name);
        if (parts.Length == 0)
        {
            return; // the directory itself
        }

        var directory = root;
        try
        {
            foreach (var part in parts[..^1])
            {
                directory = Enter(directory, root, part, entry.Name);
            }

            var name = parts[^1];
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    directory = Enter(directory, root, name, entry.Name);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    UnpackFile(directory, name, entry, overwrite);
                    break;
                case TarEntryType.SymbolicLink when StaysBelow(parts, entry.LinkName):
                    if (overwrite)
                    {
                        _ = Native.UnlinkAt(directory, name, 0);
                    }

                    Check(Native.SymlinkAt(entry.LinkName, directory, name), entry.Name);
                    break;
                default:
                    throw new FileFailure(Native.EINVAL, Shown(entry.Name));
            }
        }
        finally
        {
            if (directory != root)
            {
                _ = Native.Close(directory);
            }
        }
    }

    private static int Enter(int directory, int root, string name, string shown)
    {
        if (Native.MakeDirectoryAt(directory, name, 0x1ED) < 0 && Native.Error != Native.EEXIST)
        {
            throw Failure(Native.Error, shown);
        }

        // Not followed, so a link that somebody puts there meanwhile is an error and no way out.
        var next = Native.OpenAt(directory, name, Native.O_RDONLY | Native.O_DIRECTORY | Native.O_NOFOLLOW | Native.O_CLOEXEC, 0);
        var error = Native.Error;
        if (directory != root && next >= 0)
        {
            _ = Native.Close(directory);
        }

        return next >= 0 ? next : throw Failure(error, shown);
    }

    private static void UnpackFile(int directory, string name, TarEntry entry, bool overwrite)
    {
        var temporary = $".oi-{Guid.NewGuid():N}";
        var fd = Native.OpenAt(directory, temporary, Native.O_WRONLY | Native.O_CREAT | Native.O_EXCL | Native.O_NOFOLLOW | Native.O_CLOEXEC, 0x180);
        Check(fd, entry.Name);
        try
        {
            var buffer = new byte[FrameHeader.MaxData];
            while (entry.DataStream is { } content && content.Read(buffer) is var count and > 0)
            {
                FileOperations.WriteAll(fd, buffer.AsSpan(0, count));
            }

            // Neither set-uid nor set-gid nor sticky.
            Check(Native.ChangeMode(fd, (uint)entry.Mode & 0x1FF), entry.Name);
            Check(Native.RenameAt(directory, temporary, directory, name, overwrite ? 0u : Native.RENAME_NOREPLACE), entry.Name);
        }
        catch
        {
            _ = Native.UnlinkAt(directory, temporary, 0);
            throw;
        }
        finally
        {
            _ = Native.Close(fd);
        }
    }

    private static string[] Parts(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        if (name.StartsWith('/') || parts.Length > MaxDepth || Array.Exists(parts, p => p == ".." || Encoding.UTF8.GetByteCount(p) > MaxName || p.Any(char.IsControl)))
        {
            throw new FileFailure(Native.EINVAL, Shown(name));
        }

        return parts;
    }

    private static bool StaysBelow(string[] parts, string target)
    {
        if (target.StartsWith('/') || target.Length is 0 or > 4095)
        {
            return false;
        }

        var depth = parts.Length - 1;
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part == ".." ? -1 : part == "." ? 0 : 1;
            if (depth < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void Check(int result, string shown)
    {
        if (result < 0)
        {
            throw Failure(Native.Error, shown);
        }
    }

    private static FileFailure Failure(int error, string shown) => new(error, Shown(shown));

    // The name is the archive's, and may hold anything.
    private static string Shown(string name) => new([.. name.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
}
