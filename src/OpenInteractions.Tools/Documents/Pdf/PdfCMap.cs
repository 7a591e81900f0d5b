using System.Buffers.Binary;
using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>Which characters the codes of a font stand for, as the font itself says (ISO 32000-1, 9.10.3).</summary>
internal sealed class PdfCMap
{
    private const int MaxEntries = 200_000;
    private const int EntrySize = 50;

    // Between two words of a map; the book asks for no more than 100 entries there.
    private const int MaxOperands = 100_000;

    // What one code stands for: a ligature has three letters, and what some programs put there is not much longer.
    private const int MaxText = 32;

    private readonly PdfWork _work;
    private readonly Dictionary<int, string> _texts = [];

    /// <summary>Lengths of codes in bytes, each with the range of first bytes that it is for.</summary>
    private readonly List<(int Length, int From, int To)> _spaces = [];

    private PdfCMap(PdfWork work) => _work = work;

    public static PdfCMap Parse(ReadOnlyMemory<byte> content, PdfWork work)
    {
        var map = new PdfCMap(work);
        var lexer = new PdfLexer(content, work);
        var operands = new List<object?>();
        while (lexer.Read() is var value && value != PdfLexer.End)
        {
            if (value is not PdfWord word)
            {
                if (operands.Count < MaxOperands)
                {
                    operands.Add(value);
                }

                continue;
            }

            switch (word.Value)
            {
                case "endcodespacerange":
                    map.AddSpaces(operands);
                    break;
                case "endbfchar":
                    map.AddCharacters(operands);
                    break;
                case "endbfrange":
                    map.AddRanges(operands);
                    break;
            }

            operands.Clear();
            lexer.Forget();
        }

        return map;
    }

    public bool IsEmpty => _texts.Count == 0;

    public string? Find(int code) => _texts.GetValueOrDefault(code);

    /// <summary>How many bytes the code has that begins here, or null when the map does not say.</summary>
    public int? LengthAt(byte first)
    {
        foreach (var (length, from, to) in _spaces)
        {
            if (first >= from && first <= to)
            {
                return length;
            }
        }

        return null;
    }

    private void AddSpaces(List<object?> operands)
    {
        for (var i = 0; i + 1 < operands.Count && _spaces.Count < 100; i += 2)
        {
            if (operands[i] is byte[] { Length: >= 1 and <= 4 } from && operands[i + 1] is byte[] { Length: >= 1 and <= 4 } to)
            {
                _spaces.Add((from.Length, from[0], to[0]));
            }
        }
    }

    private void AddCharacters(List<object?> operands)
    {
        for (var i = 0; i + 1 < operands.Count; i += 2)
        {
            if (operands[i] is byte[] code && operands[i + 1] is byte[] text)
            {
                Add(Code(code), Text(text));
            }
        }
    }

    private void AddRanges(List<object?> operands)
    {
        for (var i = 0; i + 2 < operands.Count; i += 3)
        {
            if (operands[i] is not byte[] first || operands[i + 1] is not byte[] last)
            {
                continue;
            }

            var (from, to) = (Code(first), Code(last));
            if (operands[i + 2] is List<object?> each)
            {
                for (var j = 0; j < each.Count && j <= (long)to - from; j++)
                {
                    Add(from + j, each[j] is byte[] text ? Text(text) : "");
                }
            }
            else if (operands[i + 2] is byte[] { Length: >= 2 } text)
            {
                // The last two bytes count up with the code.
                var moved = text.Length <= 2 * MaxText ? (byte[])text.Clone() : text[..(2 * MaxText)];
                var unit = moved.AsSpan(moved.Length - 2);
                var begin = BinaryPrimitives.ReadUInt16BigEndian(unit);
                for (long code = from; code <= to && _texts.Count < MaxEntries; code++)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(unit, (ushort)(begin + (code - from)));
                    Add((int)code, Text(moved));
                }
            }
        }
    }

    private void Add(int code, string text)
    {
        _work.Spend(1);
        if (_texts.Count < MaxEntries)
        {
            _work.Keep(_texts.ContainsKey(code) ? 0 : EntrySize + (2 * text.Length));
            _texts[code] = text;
        }
    }

    public static int Code(ReadOnlySpan<byte> bytes)
    {
        var code = 0;
        foreach (var b in bytes)
        {
            code = (code << 8) | b;
        }

        return code;
    }

    private static string Text(byte[] bytes) => bytes.Length == 1 ? ((char)bytes[0]).ToString() : Encoding.BigEndianUnicode.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 2 * MaxText)));
}
