using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>A font: what its codes stand for, and how wide they are.</summary>
internal sealed class PdfFont
{
    /// <summary>About what one takes that says nothing of its own.</summary>
    public const int LeastSize = 500;

    private const double UsualWidth = 0.5;
    private const int MaxWidths = 70_000;
    private const int WidthSize = 40;
    private const int EncodingSize = 2_500;

    // Codes have at most four bytes; no font in use has more than three.
    private const double MaxCode = 0xFFFFFF;

    private static readonly string?[] Windows = TableOf(1252);
    private static readonly string?[] Macintosh = TableOf(10000);
    private static readonly string?[] Unnamed = UnnamedTable();

    private readonly PdfCMap? _map;
    private readonly bool _isComposite;
    private readonly bool _isUtf16;
    private readonly PdfWork _work;
    private string?[] _simple = Windows;
    private readonly Dictionary<int, double> _widths = [];
    private readonly double _otherWidth = UsualWidth;

    public PdfFont(PdfFile file, Dictionary<string, object?> font)
    {
        _work = file.Work;
        if (file.Get(font, "ToUnicode") is PdfStream stream)
        {
            _map = PdfCMap.Parse(file.Streams.Unpack(stream), _work);
        }

        _isComposite = file.Name(font, "Subtype") == "Type0";
        if (_isComposite)
        {
            var encoding = file.Name(font, "Encoding") ?? "";
            _isUtf16 = encoding.Contains("UCS2", StringComparison.Ordinal) || encoding.Contains("UTF16", StringComparison.Ordinal);
            if (file.Get(font, "DescendantFonts") is List<object?> { Count: > 0 } fonts && file.Dictionary(fonts[0]) is { } descendant)
            {
                _otherWidth = file.Number(descendant, "DW", 1000) / 1000;
                ReadCompositeWidths(file, file.Get(descendant, "W") as List<object?>);
            }

            return;
        }

        ReadEncoding(file, font);
        var firstCode = (int)file.Number(font, "FirstChar", 0);
        var scale = 0.001;
        if (file.Name(font, "Subtype") == "Type3" && file.Get(font, "FontMatrix") is List<object?> { Count: > 0 } matrix && matrix[0] is double unit)
        {
            scale = unit;
        }

        foreach (var (index, width) in ((file.Get(font, "Widths") as List<object?>) ?? []).Take(256).Index())
        {
            SetWidth(firstCode + index, file.Resolve(width) is double given ? given * scale : UsualWidth);
        }
    }

    /// <summary>The codes in a text that is shown, each with its characters and its width in parts of the font's size.</summary>
    public IEnumerable<(string Text, double Width, bool IsSpace)> Read(byte[] shown)
    {
        for (var i = 0; i < shown.Length;)
        {
            var length = Math.Min(_map?.LengthAt(shown[i]) is { } said && _isComposite ? said : _isComposite ? 2 : 1, shown.Length - i);
            var code = PdfCMap.Code(shown.AsSpan(i, length));
            i += length;
            var text = _map?.Find(code) ?? (_isUtf16 ? ((char)code).ToString() : _isComposite ? "" : _simple[code & 0xFF] ?? "");
            yield return (text, _widths.GetValueOrDefault(code, _otherWidth), length == 1 && code == ' ');
        }
    }

    private void ReadEncoding(PdfFile file, Dictionary<string, object?> font)
    {
        var encoding = file.Get(font, "Encoding");
        var named = encoding as PdfName ?? file.Get(encoding as Dictionary<string, object?>, "BaseEncoding") as PdfName;
        _simple = named is null ? Unnamed : named.Value == "MacRomanEncoding" ? Macintosh : Windows;
        if (file.Get(encoding as Dictionary<string, object?>, "Differences") is not List<object?> differences)
        {
            return;
        }

        _work.Keep(EncodingSize);
        _simple = [.. _simple];
        var code = 0;
        foreach (var item in differences)
        {
            _work.Spend(1);
            if (file.Resolve(item) is double number)
            {
                code = (int)number;
            }
            else if (file.Resolve(item) is PdfName name && code is >= 0 and < 256)
            {
                _simple[code++] = GlyphNames.Find(name.Value);
            }
        }
    }

    private static string?[] TableOf(int codePage)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        return [.. Enumerable.Range(0, 256).Select(i => i < 0x20 ? null : encoding.GetString([(byte)i]))];
    }

    /// <summary>What fonts have that say nothing: as in ASCII, but for the quotation marks, and with ligatures.</summary>
    private static string?[] UnnamedTable()
    {
        var table = TableOf(1252);
        (table['\''], table['`'], table[0xAE], table[0xAF]) = ("’", "‘", "fi", "fl");
        return table;
    }

    private void SetWidth(int code, double width)
    {
        _work.Spend(1);
        if (_widths.Count < MaxWidths && _widths.TryAdd(code, width))
        {
            _work.Keep(WidthSize);
        }
        else if (_widths.ContainsKey(code))
        {
            _widths[code] = width;
        }
    }

    private void ReadCompositeWidths(PdfFile file, List<object?>? widths)
    {
        for (var i = 0; i + 1 < widths?.Count && _widths.Count < MaxWidths;)
        {
            if (file.Resolve(widths[i]) is not (double and >= 0 and <= MaxCode and var first))
            {
                return;
            }

            if (file.Resolve(widths[i + 1]) is List<object?> each)
            {
                foreach (var (index, width) in each.Take(MaxWidths).Index())
                {
                    SetWidth((int)first + index, (file.Resolve(width) is double given ? given : 1000) / 1000);
                }

                i += 2;
            }
            else if (i + 2 < widths.Count && file.Resolve(widths[i + 1]) is double last && file.Resolve(widths[i + 2]) is double width)
            {
                for (var code = (int)first; code <= last && code - first < MaxWidths; code++)
                {
                    SetWidth(code, width / 1000);
                }

                i += 3;
            }
            else
            {
                return;
            }
        }
    }
}
