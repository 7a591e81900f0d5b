namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>The codings of streams that are not in the box (ISO 32000-1, 7.4).</summary>
internal static class PdfFilters
{
    public static byte[] AsciiHex(ReadOnlySpan<byte> text, PdfWork work)
    {
        var end = text.IndexOf((byte)'>');
        return (byte[])new PdfLexer((byte[])[(byte)'<', .. end < 0 ? text : text[..end], (byte)'>'], work).Read()!;
    }

    public static byte[] Ascii85(ReadOnlySpan<byte> text, int most)
    {
        var bytes = new List<byte>();
        Span<byte> group = stackalloc byte[5];
        var count = 0;
        foreach (var c in text)
        {
            if (c == '~' || bytes.Count > most)
            {
                break;
            }

            if (c == 'z' && count == 0)
            {
                bytes.AddRange([0, 0, 0, 0]);
            }
            else if (c is >= (byte)'!' and <= (byte)'u')
            {
                group[count++] = (byte)(c - '!');
                if (count == 5)
                {
                    Add(bytes, group, 4);
                    count = 0;
                }
            }
        }

        if (count > 1)
        {
            group[count..].Fill(84);
            Add(bytes, group, count - 1);
        }

        return [.. bytes];

        static void Add(List<byte> bytes, ReadOnlySpan<byte> group, int most)
        {
            var value = 0u;
            foreach (var digit in group)
            {
                value = unchecked((value * 85) + digit);
            }

            for (var i = 0; i < most; i++)
            {
                bytes.Add((byte)(value >> (24 - (8 * i))));
            }
        }
    }

    public static byte[] RunLength(ReadOnlySpan<byte> packed, int most)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < packed.Length && packed[i] != 128 && bytes.Count <= most;)
        {
            var length = packed[i++];
            if (length < 128)
            {
                var run = packed.Slice(i, Math.Min(length + 1, packed.Length - i));
                bytes.AddRange(run);
                i += run.Length;
            }
            else if (i < packed.Length)
            {
                bytes.AddRange(Enumerable.Repeat(packed[i++], 257 - length));
            }
        }

        return [.. bytes];
    }

    public static byte[] Lzw(ReadOnlySpan<byte> packed, bool isEarly, int most)
    {
        const int Clear = 256;
        const int Stop = 257;
        var bytes = new List<byte>();
        var table = new List<(int Start, int Length)>();
        var (width, bits, held, last) = (9, 0, 0, (Start: -1, Length: 0));
        foreach (var next in packed)
        {
            held = (held << 8) | next;
            bits += 8;
            if (bits < width)
            {
                continue;
            }

            var code = (held >> (bits - width)) & ((1 << width) - 1);
            bits -= width;
            held &= (1 << bits) - 1;
            if (code == Stop || bytes.Count > most)
            {
                break;
            }

            if (code == Clear)
            {
                table.Clear();
                (width, last) = (9, (-1, 0));
                continue;
            }

            var start = bytes.Count;
            if (code < Clear)
            {
                bytes.Add((byte)code);
            }
            else if (code - 258 < table.Count)
            {
                Copy(bytes, table[code - 258]);
            }
            else if (last.Start >= 0)
            {
                Copy(bytes, last);
                bytes.Add(bytes[last.Start]);
            }
            else
            {
                break; // broken
            }

            if (last.Start >= 0 && table.Count < 4096 - 258)
            {
                table.Add((last.Start, last.Length + 1)); // what was written last, and the byte behind it
            }

            last = (start, bytes.Count - start);
            var size = table.Count + 258 + (isEarly ? 1 : 0) + 1;
            width = size > 2048 ? 12 : size > 1024 ? 11 : size > 512 ? 10 : 9;
        }

        return [.. bytes];

        static void Copy(List<byte> bytes, (int Start, int Length) from)
        {
            for (var i = 0; i < from.Length; i++)
            {
                bytes.Add(bytes[from.Start + i]);
            }
        }
    }

    /// <summary>Undoes the filters of PNG: each row was written as its difference to what stands left of it or above.</summary>
    public static byte[] Predict(ReadOnlySpan<byte> content, int pixel, int row)
    {
        var rows = content.Length / (row + 1);
        var plain = new byte[rows * row];
        for (var y = 0; y < rows; y++)
        {
            var coded = content.Slice((y * (row + 1)) + 1, row);
            var line = plain.AsSpan(y * row, row);
            var above = y > 0 ? plain.AsSpan((y - 1) * row, row) : default;
            for (var x = 0; x < row; x++)
            {
                var left = x >= pixel ? line[x - pixel] : 0;
                var up = above.IsEmpty ? 0 : above[x];
                var corner = above.IsEmpty || x < pixel ? 0 : above[x - pixel];
                line[x] = (byte)(coded[x] + content[y * (row + 1)] switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Nearest(left, up, corner), _ => 0 });
            }
        }

        return plain;
    }

    private static int Nearest(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
