using System.Globalization;
using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>
/// Reads objects: numbers as <see cref="double"/>, texts as bytes, arrays as lists, dictionaries, names, references and words (ISO 32000-1, 7.3).
/// </summary>
/// <param name="bytes">The file, or what a stream unpacks to.</param>
/// <param name="work">What it may cost.</param>
/// <param name="position">Where to begin.</param>
internal sealed class PdfLexer(ReadOnlyMemory<byte> bytes, PdfWork work, int position = 0)
{
    private const int MaxDepth = 64;

    // Of what is held together: two bytes of a file can be an object of fifty.
    private const int MaxItems = 200_000;
    private const int ItemSize = 64;
    private const int DictionaryItems = 4;

    /// <summary>Told apart from the object <c>null</c>.</summary>
    public static readonly object End = new();

    private static readonly PdfWord ArrayEnd = new("]");
    private static readonly PdfWord DictionaryEnd = new(">>");

    public int Position { get; set; } = position;

    /// <summary>About what the objects take that were read since the last <see cref="Forget"/>, but for the bytes of texts.</summary>
    public long Size => (long)_items * ItemSize;

    private int _items;

    private ReadOnlySpan<byte> Span => bytes.Span;

    /// <summary>The next object or word; <see cref="End"/> behind the last.</summary>
    /// <exception cref="PdfBrokenException">Something is nested without end.</exception>
    public object? Read() => Read(depth: 0);

    /// <summary>What was read so far is held no longer.</summary>
    public void Forget() => _items = 0;

    /// <summary>The next object, where two numbers and an <c>R</c> are a reference. Pages have none.</summary>
    public object? ReadWithReferences()
    {
        var value = Read();
        return value is double number ? ReferenceOr(number) : value;
    }

    private object? Read(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new PdfBrokenException();
        }

        var start = Position;
        SkipSpace();
        work.Spend(Position - start + 1);
        if (Position >= Span.Length)
        {
            return End;
        }

        _items++;
        start = Position;
        var c = Span[Position];
        switch (c)
        {
            case (byte)'/':
                Position++;
                return Paid(new PdfName(ReadName()), start);
            case (byte)'(':
                return Paid(ReadText(), start);
            case (byte)'<' when Next() == '<':
                Position += 2;
                _items += DictionaryItems;
                return ReadDictionary(depth);
            case (byte)'<':
                return Paid(ReadHex(), start);
            case (byte)'[':
                Position++;
                return ReadArray(depth);
            case (byte)']':
                Position++;
                return ArrayEnd;
            case (byte)'>' when Next() == '>':
                Position += 2;
                return DictionaryEnd;
            case (byte)'{' or (byte)'}' or (byte)')' or (byte)'>':
                Position++;
                return new PdfWord(((char)c).ToString());
            default:
                return Paid(ReadNumberOrWord(), start);
        }
    }

    private object? Paid(object? value, int start)
    {
        work.Spend(Position - start);
        return value;
    }

    /// <summary>Looks for the rest of a reference without reading objects: what stands there may be as long and as deep as it likes.</summary>
    private object ReferenceOr(double number)
    {
        const int LongestGeneration = 10;
        var after = Position;
        if (number >= 0 && number == Math.Floor(number) && number < int.MaxValue)
        {
            SkipSpace();
            var digits = Position;
            while (Position < Span.Length && Position - digits <= LongestGeneration && Span[Position] is >= (byte)'0' and <= (byte)'9')
            {
                Position++;
            }

            if (Position - digits is > 0 and <= LongestGeneration)
            {
                SkipSpace();
                if (Position < Span.Length && Span[Position] == 'R' && (Position + 1 == Span.Length || !IsRegular(Span[Position + 1])))
                {
                    Position++;
                    return new PdfReference((int)number);
                }
            }

            work.Spend(Position - after);
        }

        Position = after;
        return number;
    }

    private List<object?> ReadArray(int depth)
    {
        var items = new List<object?>();
        while (true)
        {
            var item = Read(depth + 1);
            if (ReferenceEquals(item, ArrayEnd) || item == End)
            {
                return items;
            }

            // Two numbers before it are a reference: told here without reading ahead, because arrays on pages are long and have none.
            if (item is PdfWord { Value: "R" } && items is [.., double number, double])
            {
                items.RemoveRange(items.Count - 2, 2);
                item = new PdfReference((int)number);
            }

            if (item is not PdfWord && _items <= MaxItems)
            {
                items.Add(item);
            }
        }
    }

    private Dictionary<string, object?> ReadDictionary(int depth)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        while (true)
        {
            var key = Read(depth + 1);
            if (ReferenceEquals(key, DictionaryEnd) || key == End)
            {
                return members;
            }

            if (key is not PdfName name)
            {
                continue; // astray: the next name begins anew
            }

            var fits = _items <= MaxItems;
            var value = Read(depth + 1);
            if (ReferenceEquals(value, DictionaryEnd) || value == End)
            {
                return members;
            }

            value = value is double number ? ReferenceOr(number) : value;
            if (fits)
            {
                members[name.Value] = value;
            }
        }
    }

    private string ReadName()
    {
        var name = new StringBuilder();
        while (Position < Span.Length && IsRegular(Span[Position]))
        {
            var c = Span[Position++];
            if (c == '#' && Position + 1 < Span.Length && Hex(Span[Position]) is >= 0 and var high && Hex(Span[Position + 1]) is >= 0 and var low)
            {
                c = (byte)((high << 4) | low);
                Position += 2;
            }

            name.Append((char)c);
        }

        return name.ToString();
    }

    private byte[] ReadText()
    {
        var text = new List<byte>();
        var open = 0;
        while (Position < Span.Length)
        {
            var c = Span[Position++];
            switch (c)
            {
                case (byte)'(' when open++ == 0:
                    continue;
                case (byte)')' when --open == 0:
                    return [.. text];
                case (byte)'\\':
                    ReadEscape(text);
                    continue;
                default:
                    text.Add(c);
                    continue;
            }
        }

        return [.. text];
    }

    private void ReadEscape(List<byte> text)
    {
        if (Position >= Span.Length)
        {
            return;
        }

        var c = Span[Position++];
        switch (c)
        {
            case (byte)'n':
                text.Add((byte)'\n');
                break;
            case (byte)'r':
                text.Add((byte)'\r');
                break;
            case (byte)'t':
                text.Add((byte)'\t');
                break;
            case (byte)'b' or (byte)'f':
                break;
            case (byte)'\r':
                Position += Position < Span.Length && Span[Position] == '\n' ? 1 : 0;
                break;
            case (byte)'\n':
                break;
            case >= (byte)'0' and <= (byte)'7':
                var code = c - '0';
                for (var i = 0; i < 2 && Position < Span.Length && Span[Position] is >= (byte)'0' and <= (byte)'7'; i++)
                {
                    code = (code * 8) + Span[Position++] - '0';
                }

                text.Add((byte)code);
                break;
            default:
                text.Add(c);
                break;
        }
    }

    private byte[] ReadHex()
    {
        Position++;
        var text = new List<byte>();
        var high = -1;
        while (Position < Span.Length && Span[Position++] is var c && c != '>')
        {
            if (Hex(c) is not (>= 0 and var digit))
            {
                continue;
            }

            if (high < 0)
            {
                high = digit;
            }
            else
            {
                text.Add((byte)((high << 4) | digit));
                high = -1;
            }
        }

        if (high >= 0)
        {
            text.Add((byte)(high << 4));
        }

        return [.. text];
    }

    private object? ReadNumberOrWord()
    {
        var start = Position;
        while (Position < Span.Length && IsRegular(Span[Position]))
        {
            Position++;
        }

        if (Position == start)
        {
            Position++; // nothing that could begin an object
        }

        var word = Span[start..Position];
        if (word[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'+' or (byte)'.')
        {
            return double.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0.0;
        }

        return word.SequenceEqual("null"u8) ? null : word.SequenceEqual("true"u8) ? true : word.SequenceEqual("false"u8) ? false : new PdfWord(Encoding.Latin1.GetString(word));
    }

    private void SkipSpace()
    {
        while (Position < Span.Length)
        {
            if (Span[Position] == '%')
            {
                var comment = Span[Position..].IndexOfAny((byte)'\n', (byte)'\r');
                Position = comment < 0 ? Span.Length : Position + comment;
            }
            else if (IsSpace(Span[Position]))
            {
                Position++;
            }
            else
            {
                return;
            }
        }
    }

    private int Next() => Position + 1 < Span.Length ? Span[Position + 1] : -1;

    public static bool IsSpace(byte c) => c is 0 or 9 or 10 or 12 or 13 or 32;

    private static bool IsRegular(byte c) => !IsSpace(c) && c is not ((byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)'/' or (byte)'%');

    private static int Hex(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
