using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>A font: what its codes stand for, and how wide they are.</summary>
internal sealed class PdfFont
{
    private const double UsualWidth = 0.5;

    private readonly PdfCMap? _map;
    private readonly bool _isComposite;
    private readonly bool _isUtf16;
    private readonly string?[] _simple = new string?[256];
    private readonly Dictionary<int, double> _widths = [];
    private readonly double _otherWidth = UsualWidth;

    public PdfFont(PdfFile file, Dictionary<string, object?> font)
    {
        if (file.Get(font, "ToUnicode") is PdfStream stream)
        {
            _map = PdfCMap.Parse(file.Streams.Unpack(stream));
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
            _widths[firstCode + index] = file.Resolve(width) is double given ? given * scale : UsualWidth;
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
        var codePage = CodePagesEncodingProvider.Instance.GetEncoding(named?.Value == "MacRomanEncoding" ? 10000 : 1252)!;
        for (var i = 0x20; i < 256; i++)
        {
            _simple[i] = codePage.GetString([(byte)i]);
        }

        if (named is null)
        {
            // What fonts have that say nothing: as in ASCII, but for the quotation marks, and with ligatures.
            (_simple['\''], _simple['`'], _simple[0xAE], _simple[0xAF]) = ("’", "‘", "fi", "fl");
        }

        var code = 0;
        foreach (var item in file.Get(encoding as Dictionary<string, object?>, "Differences") as List<object?> ?? [])
        {
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

    private void ReadCompositeWidths(PdfFile file, List<object?>? widths)
    {
        for (var i = 0; i + 1 < widths?.Count && _widths.Count < 70_000;)
        {
            if (file.Resolve(widths[i]) is not double first)
            {
                return;
            }

            if (file.Resolve(widths[i + 1]) is List<object?> each)
            {
                foreach (var (index, width) in each.Take(70_000).Index())
                {
                    _widths[(int)first + index] = (file.Resolve(width) is double given ? given : 1000) / 1000;
                }

                i += 2;
            }
            else if (i + 2 < widths.Count && file.Resolve(widths[i + 1]) is double last && file.Resolve(widths[i + 2]) is double width)
            {
                for (var code = (int)first; code <= last && code - first < 70_000; code++)
                {
                    _widths[code] = width / 1000;
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
