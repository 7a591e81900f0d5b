using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>What is below a directory. Links are shown and not followed.</summary>
internal static class Listing
{
    public static ReplyMessage List(FileChannel channel, FileMessage message)
    {
        var root = message.Path.Length > 1 ? message.Path.TrimEnd('/') + "/" : "/";
        if (FileOperations.StatOf(Native.AT_FDCWD, message.Path, 0).Type != Entries.DirectoryType)
        {
            throw new FileFailure(Native.ENOTDIR);
        }

        var count = 0L;
        foreach (var path in Walk(channel, message.Path, message.Flags.HasFlag(FileFlags.Recursive)))
        {
            var shown = path[root.Length..];
            if (message.Target.Length > 0 && !System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(message.Target, Path.GetFileName(path.AsSpan()), ignoreCase: false))
            {
                continue;
            }

            if (count == message.Limit)
            {
                return new ReplyMessage(0, "", count, Truncated: true);
            }

            if (TryStat(path, out var stat))
            {
                Entries.Write(channel, shown, stat, path);
                count++;
            }
        }

        return new ReplyMessage(0, "", count, Truncated: false);
    }

    /// <summary>All paths below, by name within each directory, a directory before what it holds.</summary>
    public static IEnumerable<string> Walk(FileChannel channel, string directory, bool recursive)
    {
        var open = new Stack<string>([directory]);
        while (open.TryPop(out var next))
        {
            channel.ThrowIfCancelled();
            var entries = Below(next, isFirst: next == directory);
            entries.Sort(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                yield return entry;
            }

            for (var i = entries.Count - 1; recursive && i >= 0; i--)
            {
                if (TryStat(entries[i], out var stat) && stat.Type == Entries.DirectoryType)
                {
                    open.Push(entries[i]);
                }
            }
        }
    }

    private static unsafe List<string> Below(string directory, bool isFirst)
    {
        var entries = new List<string>();
        var open = Native.OpenDirectory(directory);
        if (open == 0)
        {
            // Not for this uid; or gone meanwhile, where it is not what was asked for.
            return isFirst && Native.Error != Native.EACCES ? throw new FileFailure(Native.Error) : entries;
        }

        try
        {
            var above = directory.EndsWith('/') ? directory : directory + "/";
            byte* entry;
            while ((entry = Native.ReadDirectory(open)) is not null)
            {
                var name = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + Native.EntryName);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    entries.Add(above + RawNames.Read(name));
                }
            }
        }
        finally
        {
            _ = Native.CloseDirectory(open);
        }

        return entries;
    }

    public static bool TryStat(string path, out Native.StatX stat)
    {
        try
        {
            stat = FileOperations.StatOf(Native.AT_FDCWD, path, Native.AT_SYMLINK_NOFOLLOW);
            return true;
        }
        catch (FileFailure)
        {
            stat = default;
            return false;
        }
    }

    public static long RemoveBelow(FileChannel channel, string path)
    {
        var directories = new List<string> { path };
        var removed = 0L;
        foreach (var entry in Walk(channel, path, recursive: true))
        {
            if (!TryStat(entry, out var stat))
            {
                continue;
            }

            if (stat.Type == Entries.DirectoryType)
            {
                directories.Add(entry);
            }
            else if (Native.UnlinkAt(Native.AT_FDCWD, entry, 0) < 0 && Native.Error != Native.ENOENT)
            {
                throw new FileFailure(Native.Error, entry);
            }
            else
            {
                removed++;
            }
        }

        for (var i = directories.Count - 1; i >= 0; i--)
        {
            if (Native.UnlinkAt(Native.AT_FDCWD, directories[i], Native.AT_REMOVEDIR) < 0 && Native.Error != Native.ENOENT)
            {
                throw new FileFailure(Native.Error, directories[i]);
            }

            removed++;
        }

        return removed;
    }
}
