using System.Globalization;
using System.Text;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>Entries of an archive whose names are no UTF-8, which the framework's writer cannot have: in the extended form of POSIX, whose <c>hdrcharset</c> says that names are bytes.</summary>
internal static class RawEntries
{
    private const int Block = 512;
    private const long MostOctal = 0x1_FFFF_FFFF; // eleven digits

    /// <param name="target">The archive.</param>
    /// <param name="type">The type of the entry, as archives have it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="link">Where it leads; empty for what is no link.</param>
    /// <param name="stat">What it is.</param>
    /// <param name="content">Its content, or null.</param>
    public static void Write(Stream target, char type, string name, string link, in Native.StatX stat, Stream? content)
    {
        var size = content?.Length ?? 0;
        var records = new MemoryStream();
        Add(records, "hdrcharset", "BINARY"u8);
        Add(records, "path", RawNames.Write(name));
        if (link.Length > 0)
        {
            Add(records, "linkpath", RawNames.Write(link));
        }

        if (size > MostOctal)
        {
            Add(records, "size", Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)));
        }

        Head(target, 'x', "raw-name", 0x1A4, 0, records.Length);
        target.Write(records.GetBuffer().AsSpan(0, (int)records.Length));
        Pad(target, records.Length);
        Head(target, type, "raw-name", stat.Mode & 0x1FF, Math.Clamp(stat.ModifiedSeconds, 0, MostOctal), size > MostOctal ? 0 : size);
        content?.CopyTo(target);
        Pad(target, size);
    }

    /// <summary>The mark of an archive's end.</summary>
    public static void End(Stream target) => target.Write(new byte[2 * Block]);

    // "LENGTH KEY=VALUE\n", and the length counts itself.
    private static void Add(MemoryStream records, string key, ReadOnlySpan<byte> value)
    {
        var rest = 3 + key.Length + value.Length;
        var length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        records.Write(Encoding.ASCII.GetBytes($"{length.ToString(CultureInfo.InvariantCulture)} {key}="));
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static void Head(Stream target, char type, string name, int mode, long modified, long size)
    {
        const int Sum = 148;
        var head = new byte[Block];
        Encoding.ASCII.GetBytes(name).CopyTo(head, 0);
        Octal(head.AsSpan(100, 8), mode);
        Octal(head.AsSpan(108, 8), 0);
        Octal(head.AsSpan(116, 8), 0);
        Octal(head.AsSpan(124, 12), size);
        Octal(head.AsSpan(136, 12), modified);
        head.AsSpan(Sum, 8).Fill((byte)' ');
        head[156] = (byte)type;
        "ustar\000"u8.CopyTo(head.AsSpan(257));
        var sum = 0;
        foreach (var value in head)
        {
            sum += value;
        }

        Octal(head.AsSpan(Sum, 7), sum);
        target.Write(head);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }

    private static void Pad(Stream target, long size) => target.Write(new byte[(int)((Block - (size % Block)) % Block)]);
}
