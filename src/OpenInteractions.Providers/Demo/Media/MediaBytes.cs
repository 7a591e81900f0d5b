namespace OpenInteractions.Providers.Demo.Media;

/// <summary>The decoded beginning and end of inline media, and the size of all of it. Facts stand at the ends: a long film is not decoded for its length.</summary>
internal sealed class MediaBytes
{
    private const int MostDecoded = 2 << 20;
    private const int GroupsAtEnd = 256 * 1024 / 4;

    private MediaBytes(byte[] start, byte[] end, long size) => (Start, End, Size) = (start, end, size);

    public byte[] Start { get; }

    /// <summary>The last bytes when <see cref="Start"/> is not all, else empty.</summary>
    public byte[] End { get; }

    public long Size { get; }

    public bool IsWhole => Start.Length == Size;

    /// <summary>Null when the text is not base64.</summary>
    public static MediaBytes? Of(string base64)
    {
        var text = base64.AsSpan().Trim();
        if (text.Length == 0 || text.Length % 4 != 0)
        {
            return null;
        }

        var padding = text.EndsWith("==") ? 2 : text.EndsWith("=") ? 1 : 0;
        var size = ((long)text.Length / 4 * 3) - padding;
        var head = Math.Min(text.Length, MostDecoded / 3 * 4);
        if (Decode(text[..head]) is not { } start)
        {
            return null;
        }

        if (head == text.Length)
        {
            return new MediaBytes(start, [], size);
        }

        var tail = Math.Min(text.Length - head, GroupsAtEnd * 4);
        return Decode(text[^tail..]) is { } end ? new MediaBytes(start, end, size) : null;
    }

    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64Chars(text, bytes, out var written) ? bytes[..written] : null;
    }
}
