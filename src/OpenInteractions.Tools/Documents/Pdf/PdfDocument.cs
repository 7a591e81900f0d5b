using System.Globalization;
using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>The text of a PDF, page by page.</summary>
internal static class PdfDocument
{
    /// <summary>More than any model reads.</summary>
    public const int MaxText = 4_000_000;

    private const int MaxPages = 5_000;
    private const int MaxDepth = 32;
    private const int MaxTitle = 500;

    /// <exception cref="UnreadableDocumentException">It is encrypted or broken.</exception>
    public static (string? Title, string Text) Read(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var (title, pages, count) = ReadPages(bytes, cancellationToken);
        return (title, string.Join("\n\n", pages.Select(p => count > 1 ? string.Create(CultureInfo.InvariantCulture, $"[Page {p.Number}]\n\n{p.Text}") : p.Text)));
    }

    /// <summary>The pages that have text, and how many there are in all.</summary>
    /// <exception cref="UnreadableDocumentException">It is encrypted or broken.</exception>
    public static (string? Title, IReadOnlyList<(int Number, string Text)> Pages, int Count) ReadPages(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var file = new PdfFile(bytes, new PdfWork(cancellationToken));
            if (file.IsEncrypted)
            {
                throw new UnreadableDocumentException("The PDF is encrypted.");
            }

            var (pages, count) = TextOf(file, cancellationToken);
            return (TitleOf(file), pages, count);
        }
        catch (PdfBrokenException broken)
        {
            throw new UnreadableDocumentException(broken.Message);
        }
    }

    private static (List<(int Number, string Text)> Pages, int Count) TextOf(PdfFile file, CancellationToken cancellationToken)
    {
        var pages = new List<(Dictionary<string, object?> Page, Dictionary<string, object?>? Resources)>();
        Collect(file, file.Dictionary(file.Get(file.Catalog, "Pages")), resources: null, pages, new HashSet<object>(ReferenceEqualityComparer.Instance), depth: 0);
        var fonts = new PdfFonts(file);
        var read = new List<(int Number, string Text)>();
        var length = 0;
        foreach (var (index, (page, resources)) in pages.Index())
        {
            if (length >= MaxText)
            {
                break;
            }

            var text = new StringBuilder();
            new PdfPageText(file, fonts, text, cancellationToken).Read(ContentOf(file, page), resources);
            if (text.ToString().Trim() is { Length: > 0 } shown)
            {
                read.Add((index + 1, shown));
                length += shown.Length;
            }
        }

        return (read, pages.Count);
    }

    private static void Collect(PdfFile file, Dictionary<string, object?>? node, Dictionary<string, object?>? resources, List<(Dictionary<string, object?>, Dictionary<string, object?>?)> pages, HashSet<object> seen, int depth)
    {
        if (node is null || depth > MaxDepth || pages.Count >= MaxPages || !seen.Add(node))
        {
            return;
        }

        resources = file.Dictionary(file.Get(node, "Resources")) ?? resources; // inherited
        if (file.Get(node, "Kids") is not List<object?> kids)
        {
            pages.Add((node, resources));
            return;
        }

        foreach (var kid in kids)
        {
            Collect(file, file.Dictionary(kid), resources, pages, seen, depth + 1);
        }
    }

    /// <summary>What draws a page may be cut into several streams, anywhere between two words.</summary>
    private static ReadOnlyMemory<byte> ContentOf(PdfFile file, Dictionary<string, object?> page)
    {
        var contents = file.Get(page, "Contents");
        if (contents is PdfStream only)
        {
            return file.Streams.Unpack(only);
        }

        using var joined = new MemoryStream();
        foreach (var part in contents as List<object?> ?? [])
        {
            if (file.Resolve(part) is PdfStream stream)
            {
                var unpacked = file.Streams.Unpack(stream);
                if (joined.Length + unpacked.Length > PdfStreams.MaxUnpacked)
                {
                    throw new UnreadableDocumentException("The PDF has a page that is larger than can be read here.");
                }

                joined.Write(unpacked.Span);
                joined.WriteByte((byte)'\n');
            }
        }

        return joined.ToArray();
    }

    private static string? TitleOf(PdfFile file)
    {
        if (file.Get(file.Info, "Title") is not byte[] bytes)
        {
            return null;
        }

        var title = (bytes is [0xFE, 0xFF, .. var rest] ? Encoding.BigEndianUnicode.GetString(rest)
            : bytes is [0xEF, 0xBB, 0xBF, .. var utf8] ? Encoding.UTF8.GetString(utf8)
            : CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes)).Trim();
        return title.Length == 0 ? null : title.Length <= MaxTitle ? title : title[..MaxTitle];
    }
}
