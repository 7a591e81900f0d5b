using System.IO.Compression;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>Unpacks streams. All of a file together may unfold to so much and no more; a stream that is cut or broken gives what comes before that.</summary>
internal sealed class PdfStreams(PdfFile file, ReadOnlyMemory<byte> bytes)
{
    /// <summary>Most bytes that the streams of a file unpack to.</summary>
    public const int MaxUnpacked = 100 * 1024 * 1024;
    private const int MaxFilters = 4;

    // What a stream without bytes costs.
    private const int StepsOfStream = 100;

    private int _left = MaxUnpacked;

    /// <exception cref="UnreadableDocumentException">The file unfolds to more than can be read here.</exception>
    public ReadOnlyMemory<byte> Unpack(PdfStream stream)
    {
        var content = Packed(stream);
        file.Work.Spend(content.Length + StepsOfStream);
        var filters = List(stream.Dictionary, "Filter", "F").OfType<PdfName>().ToList();
        var parameters = List(stream.Dictionary, "DecodeParms", "DP");
        foreach (var (index, filter) in filters.Index())
        {
            var settings = index < parameters.Count ? file.Dictionary(parameters[index]) : null;
            switch (filter.Value)
            {
                case "FlateDecode" or "Fl":
                    content = Predict(Inflate(content), settings);
                    break;
                case "LZWDecode" or "LZW":
                    content = Predict(Spend(PdfFilters.Lzw(content.Span, file.Number(settings, "EarlyChange", 1) != 0, _left)), settings);
                    break;
                case "ASCII85Decode" or "A85":
                    content = Spend(PdfFilters.Ascii85(content.Span, _left));
                    break;
                case "ASCIIHexDecode" or "AHx":
                    content = Spend(PdfFilters.AsciiHex(content.Span, file.Work));
                    break;
                case "RunLengthDecode" or "RL":
                    content = Spend(PdfFilters.RunLength(content.Span, _left));
                    break;
                default:
                    return default; // a picture
            }
        }

        return content;
    }

    private ReadOnlyMemory<byte> Packed(PdfStream stream)
    {
        var rest = bytes[Math.Min(stream.Start, bytes.Length)..];
        var stated = file.Number(stream.Dictionary, "Length", -1);
        if (stated >= 0 && stated <= rest.Length)
        {
            var behind = rest.Span[(int)stated..];
            if (behind[..Math.Min(behind.Length, 20)].IndexOf("endstream"u8) >= 0)
            {
                return rest[..(int)stated];
            }
        }

        // What is read twice, because the end is missing or far, is counted twice.
        var end = rest.Span.IndexOf("endstream"u8);
        return end >= 0 ? rest[..end] : rest;
    }

    private IReadOnlyList<object?> List(Dictionary<string, object?> dictionary, string key, string shortKey)
    {
        var value = file.Resolve(dictionary.GetValueOrDefault(key) ?? dictionary.GetValueOrDefault(shortKey));
        return value is List<object?> list ? [.. list.Take(MaxFilters).Select(file.Resolve)] : value is null ? [] : [value];
    }

    private ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> packed)
    {
        var unpacked = new MemoryStream();
        try
        {
            using var inflating = new ZLibStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
            var buffer = new byte[16 * 1024];
            while (inflating.Read(buffer) is > 0 and var count)
            {
                Spend(count);
                file.Work.Spend(count);
                unpacked.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            // What came before it is right.
        }

        return unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length);
    }

    private byte[] Spend(byte[] unpacked)
    {
        Spend(unpacked.Length);
        return unpacked;
    }

    private void Spend(int count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new UnreadableDocumentException("The PDF is larger, when it is unpacked, than can be read here.");
        }
    }

    private ReadOnlyMemory<byte> Predict(ReadOnlyMemory<byte> content, Dictionary<string, object?>? settings)
    {
        var predictor = (int)file.Number(settings, "Predictor", 1);
        if (predictor < 10)
        {
            return content; // 2 is for pictures
        }

        file.Work.Spend(content.Length);
        var colors = Math.Clamp((int)file.Number(settings, "Colors", 1), 1, 32);
        var bits = Math.Clamp((int)file.Number(settings, "BitsPerComponent", 8), 1, 16);
        var columns = Math.Clamp((int)file.Number(settings, "Columns", 1), 1, 100_000);
        return PdfFilters.Predict(content.Span, Math.Max(1, colors * bits / 8), ((colors * bits * columns) + 7) / 8);
    }
}
