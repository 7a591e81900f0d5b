using System.Text;
using System.Text.RegularExpressions;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>Lines of files that hold a text, or match an expression. Expressions are matched in time that grows with the line only.</summary>
internal static class Searching
{
    // Files that begin with a zero byte somewhere are no text; longer files and lines are not what somebody searches by eye.
    private const int LooksBinary = 4096;
    private const long MaxFile = 16 * 1024 * 1024;
    private const int MaxShown = 500;

    public static ReplyMessage Search(FileChannel channel, FileMessage message)
    {
        var expression = message.Flags.HasFlag(FileFlags.Expression) ? new Regex(message.Target, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null;
        var start = FileOperations.StatOf(Native.AT_FDCWD, message.Path, 0);
        var files = start.Type == Entries.DirectoryType ? Listing.Walk(channel, message.Path, recursive: true) : [message.Path];
        var count = 0L;
        foreach (var path in files)
        {
            channel.ThrowIfCancelled();
            foreach (var (line, text) in Matches(path, message.Target, expression))
            {
                if (count == message.Limit)
                {
                    return new ReplyMessage(0, "", count, Truncated: true);
                }

                Entries.Write(channel, new PayloadWriter().Text(RawNames.Shown(path)).Int(line).Text(text.Length > MaxShown ? text[..MaxShown] : text));
                count++;
            }
        }

        return new ReplyMessage(0, "", count, Truncated: false);
    }

    private static IEnumerable<(int Line, string Text)> Matches(string path, string text, Regex? expression)
    {
        if (!Listing.TryStat(path, out var stat) || stat.Type != Entries.RegularFile || stat.Size > MaxFile)
        {
            yield break;
        }

        using var reader = Open(path);
        if (reader is null)
        {
            yield break;
        }

        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (expression?.IsMatch(line) ?? line.Contains(text, StringComparison.Ordinal))
            {
                yield return (number, line);
            }
        }
    }

    private static StreamReader? Open(string path)
    {
        try
        {
            var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(FileOperations.OpenFile(Native.AT_FDCWD, path, Native.O_NOFOLLOW), ownsHandle: true);
            var file = new FileStream(handle, FileAccess.Read, bufferSize: 16 * 1024);
            var head = new byte[LooksBinary];
            var count = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (head.AsSpan(0, count).Contains((byte)0))
            {
                file.Dispose();
                return null;
            }

            file.Position = 0;
            return new StreamReader(file, Encoding.UTF8);
        }
        catch (Exception e) when (e is FileFailure or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
