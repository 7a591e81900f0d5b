using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>
/// The objects of a file. They are found by looking for them and not by the file's own tables: those are wrong often, and a file that was changed has several.
/// Of several objects with one number the last one holds, as the tables would say.
/// </summary>
internal sealed class PdfFile
{
    private const int MaxObjects = 500_000;
    private const int MaxReferences = 32;

    // Bytes in memory for a byte of a dictionary, where it has as many objects as it can.
    private const int DictionaryCost = 32;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Dictionary<int, Place> _places = [];
    private readonly Dictionary<int, object?> _read = [];
    private readonly List<Dictionary<string, object?>> _trailers = [];

    /// <exception cref="PdfBrokenException">There are no objects in it.</exception>
    /// <exception cref="UnreadableDocumentException">It takes more than one file may take.</exception>
    public PdfFile(ReadOnlyMemory<byte> bytes, PdfWork work)
    {
        (_bytes, Work) = (bytes, work);
        Streams = new PdfStreams(this, bytes);
        FindObjects();
        FindTrailers();
        FindPackedObjects();
        if (_places.Count == 0)
        {
            throw new PdfBrokenException();
        }
    }

    public PdfStreams Streams { get; }

    /// <summary>What the reading has cost so far.</summary>
    public PdfWork Work { get; }

    public bool IsEncrypted => _trailers.Any(t => Resolve(t.GetValueOrDefault("Encrypt")) is Dictionary<string, object?>);

    /// <summary>Where the pages hang.</summary>
    public Dictionary<string, object?>? Catalog => Last("Root") ?? LostCatalog();

    public Dictionary<string, object?>? Info => Last("Info");

    /// <summary>The object itself, behind references.</summary>
    public object? Resolve(object? value)
    {
        for (var i = 0; i < MaxReferences && value is PdfReference reference; i++)
        {
            value = Object(reference.Number);
        }

        return value is PdfReference ? null : value;
    }

    public Dictionary<string, object?>? Dictionary(object? value) => Resolve(value) switch
    {
        Dictionary<string, object?> dictionary => dictionary,
        PdfStream stream => stream.Dictionary,
        _ => null,
    };

    public object? Get(Dictionary<string, object?>? dictionary, string key) => dictionary is null ? null : Resolve(dictionary.GetValueOrDefault(key));

    public string? Name(Dictionary<string, object?>? dictionary, string key) => (Get(dictionary, key) as PdfName)?.Value;

    public double Number(Dictionary<string, object?>? dictionary, string key, double otherwise) => Get(dictionary, key) is double number ? number : otherwise;

    private Dictionary<string, object?>? Last(string key)
    {
        for (var i = _trailers.Count - 1; i >= 0; i--)
        {
            if (Dictionary(_trailers[i].GetValueOrDefault(key)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    // All objects are looked at for it, and none but this one is kept.
    private Dictionary<string, object?>? LostCatalog()
    {
        foreach (var (number, place) in _places)
        {
            if (ReadAt(place, isKept: false) is Dictionary<string, object?> found && found.GetValueOrDefault("Type") is PdfName { Value: "Catalog" })
            {
                return Dictionary(new PdfReference(number));
            }
        }

        return null;
    }

    private object? Object(int number)
    {
        if (_read.TryGetValue(number, out var known))
        {
            return known;
        }

        _read[number] = null; // one that needs itself to be read is nothing
        return _read[number] = _places.TryGetValue(number, out var place) ? ReadAt(place, isKept: true) : null;
    }

    private object? ReadAt(Place place, bool isKept)
    {
        var lexer = new PdfLexer(place.Of, Work, place.Start);
        var value = lexer.ReadWithReferences();
        if (isKept)
        {
            Work.Keep(SizeOf(lexer, place.Start));
        }

        if (value is not Dictionary<string, object?> dictionary || !place.Of.Equals(_bytes))
        {
            return value is PdfWord || value == PdfLexer.End ? null : value;
        }

        if (lexer.Read() is not PdfWord { Value: "stream" })
        {
            return dictionary;
        }

        var start = lexer.Position;
        var span = _bytes.Span;
        start += start < span.Length && span[start] == '\r' ? 1 : 0;
        start += start < span.Length && span[start] == '\n' ? 1 : 0;
        return new PdfStream(dictionary, start);
    }

    // Names are held in two bytes for each letter.
    private static long SizeOf(PdfLexer lexer, int start) => lexer.Size + (2L * (lexer.Position - start));

    private void FindObjects()
    {
        var span = _bytes.Span;
        for (var at = span.IndexOf("obj"u8); at >= 0;)
        {
            if (NumberBefore(span, at) is { } number && _places.Count < MaxObjects)
            {
                _places[number] = new Place(_bytes, at + 3, at);
            }

            Work.Spend(1);
            var next = span[(at + 3)..].IndexOf("obj"u8);
            at = next < 0 ? -1 : at + 3 + next;
        }
    }

    /// <summary>The number of an object whose <c>obj</c> stands here: <c>12 0 obj</c>.</summary>
    private static int? NumberBefore(ReadOnlySpan<byte> span, int at)
    {
        var i = at - 1;
        _ = SpacesBefore(span, ref i);
        var generation = DigitsBefore(span, ref i, out _);
        var spaces = SpacesBefore(span, ref i);
        var digits = DigitsBefore(span, ref i, out var number);
        return generation is > 0 and <= 5 && spaces > 0 && digits is > 0 and <= 8 ? number : null;
    }

    private static int SpacesBefore(ReadOnlySpan<byte> span, ref int i)
    {
        var start = i;
        while (i >= 0 && PdfLexer.IsSpace(span[i]))
        {
            i--;
        }

        return start - i;
    }

    private static int DigitsBefore(ReadOnlySpan<byte> span, ref int i, out int number)
    {
        var (count, scale) = (0, 1);
        number = 0;
        while (i >= 0 && count <= 8 && span[i] is >= (byte)'0' and <= (byte)'9')
        {
            number += (span[i] - '0') * scale;
            scale = count < 8 ? scale * 10 : scale;
            count++;
            i--;
        }

        return count;
    }

    private void FindTrailers()
    {
        var span = _bytes.Span;
        for (var at = span.IndexOf("trailer"u8); at >= 0;)
        {
            // No trailer has another one in it: reading on behind the next would read the rest of the file again for each.
            var next = span[(at + 7)..].IndexOf("trailer"u8);
            var end = next < 0 ? _bytes.Length : at + 7 + next;
            var lexer = new PdfLexer(_bytes[..end], Work, at + 7);
            if (lexer.Read() is Dictionary<string, object?> trailer)
            {
                Work.Keep(SizeOf(lexer, at + 7));
                _trailers.Add(trailer);
            }

            at = next < 0 ? -1 : end;
        }
    }

    /// <summary>Objects inside of streams, in the order of the file, so that later ones hold.</summary>
    private void FindPackedObjects()
    {
        foreach (var place in _places.Values.OrderBy(p => p.At).ToList())
        {
            if (!MayBeSpecial(place.Start) || ReadAt(place, isKept: false) is not PdfStream stream)
            {
                continue;
            }

            if (Name(stream.Dictionary, "Type") == "XRef")
            {
                Work.Keep((long)(stream.Start - place.Start) * DictionaryCost);
                _trailers.Add(stream.Dictionary);
            }
            else if (Name(stream.Dictionary, "Type") == "ObjStm")
            {
                AddPacked(stream, place.At);
            }
        }

        _read.Clear(); // what was looked up before all was known
    }

    // Few objects are streams of objects; the others are not worth reading now.
    private bool MayBeSpecial(int start)
    {
        const int Far = 500;
        Work.Spend(1);
        var head = _bytes.Span.Slice(start, Math.Min(Far, _bytes.Length - start));
        var end = head.IndexOf("stream"u8);
        return end >= 0 && (head[..end].IndexOf("ObjStm"u8) >= 0 || head[..end].IndexOf("XRef"u8) >= 0);
    }

    private void AddPacked(PdfStream stream, int at)
    {
        var content = Streams.Unpack(stream);
        var lexer = new PdfLexer(content, Work);
        var (count, first) = ((int)Number(stream.Dictionary, "N", 0), (int)Number(stream.Dictionary, "First", 0));
        for (var i = 0; i < count && _places.Count < MaxObjects; i++)
        {
            if (lexer.Read() is not double number || lexer.Read() is not double offset)
            {
                return;
            }

            if (number is >= 0 and < int.MaxValue && first >= 0 && offset >= 0 && first + offset < content.Length && (!_places.TryGetValue((int)number, out var known) || known.At <= at))
            {
                _places[(int)number] = new Place(content, (int)(first + offset), at);
            }
        }
    }

    /// <param name="Of">What it stands in: the file, or the content of a stream.</param>
    /// <param name="Start">Where in it.</param>
    /// <param name="At">Where in the file it was written: the later one holds.</param>
    private sealed record Place(ReadOnlyMemory<byte> Of, int Start, int At);
}
