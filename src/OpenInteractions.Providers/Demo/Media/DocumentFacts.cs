using System.Text.Unicode;

namespace OpenInteractions.Providers.Demo.Media;

/// <summary>Pages of a PDF, lines of a text, the type of zipped office documents.</summary>
internal static class DocumentFacts
{
    public static MediaFacts? Read(MediaBytes media)
    {
        ReadOnlySpan<byte> bytes = media.Start;
        return bytes.StartsWith("%PDF-"u8) ? new MediaFacts { MimeType = "application/pdf", Pages = Pages(media) }
            : bytes.StartsWith("PK\u0003\u0004"u8) ? new MediaFacts { MimeType = Zipped(bytes) }
            : bytes.StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0]) ? new MediaFacts { MimeType = "application/x-ole-storage" }
            : media.IsWhole && IsText(bytes) ? new MediaFacts { MimeType = "text/plain", Lines = bytes.Count((byte)'\n') + (bytes is [.., not (byte)'\n'] ? 1 : 0) }
            : null;
    }

    /// <summary>Counts the page objects; where they are compressed away, the page tree's own count. Null when neither can be seen.</summary>
    private static int? Pages(MediaBytes media)
    {
        var (objects, counted) = Scan(media.Start);
        var (atEnd, countedAtEnd) = Scan(media.End);
        return media.IsWhole && objects > 0 ? objects
            : Math.Max(counted, countedAtEnd) is > 0 and var tree ? tree
            : media.IsWhole || objects + atEnd == 0 ? null : objects + atEnd;
    }

    private static (int Objects, int Counted) Scan(ReadOnlySpan<byte> bytes)
    {
        int objects = 0, counted = 0;
        for (int at; (at = bytes.IndexOf("/Type"u8)) >= 0;)
        {
            bytes = bytes[(at + 5)..];
            var name = bytes.TrimStart(" \r\n\t"u8);
            if (name.StartsWith("/Pages"u8))
            {
                counted = Math.Max(counted, Count(name[..Math.Min(name.Length, 400)]));
            }
            else if (name.StartsWith("/Page"u8) && (name.Length == 5 || !char.IsAsciiLetter((char)name[5])))
            {
                objects++;
            }
        }

        return (objects, counted);
    }

    private static int Count(ReadOnlySpan<byte> tree)
    {
        var end = tree.IndexOf("endobj"u8);
        tree = end >= 0 ? tree[..end] : tree;
        var at = tree.IndexOf("/Count"u8);
        var digits = at >= 0 ? tree[(at + 6)..].TrimStart(" \r\n\t"u8) : default;
        return System.Buffers.Text.Utf8Parser.TryParse(digits, out int count, out _) && count > 0 ? count : 0;
    }

    private static string Zipped(ReadOnlySpan<byte> bytes)
    {
        var names = bytes[..Math.Min(bytes.Length, 64 * 1024)];
        return names.IndexOf("word/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            : names.IndexOf("xl/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            : names.IndexOf("ppt/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            : names.IndexOf("opendocument.text"u8) >= 0 ? "application/vnd.oasis.opendocument.text"
            : "application/zip";
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && bytes.IndexOfAnyInRange((byte)0, (byte)8) < 0;
}
