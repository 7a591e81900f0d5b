using System.Text;
using System.Text.Encodings.Web;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Html;
using OpenInteractions.Tools.Documents.Office;
using OpenInteractions.Tools.Documents.Pdf;

namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>Reads files for <c>file_search</c>: what has pages page by page, what has headings as Markdown, and the rest by its lines.</summary>
internal sealed class DocumentReader : IDocumentReader, IDisposable
{
    private static readonly Uri Nowhere = new("file:///");
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A large document is seconds of work: it must not hold up the turns of everybody else.
    private readonly ReadingPlaces _reading = new(Math.Max(1, Environment.ProcessorCount / 2));

    public async Task<IReadOnlyList<NewChunk>> ReadAsync(ReadOnlyMemory<byte> content, string mimeType, Chunking chunking, CancellationToken cancellationToken)
    {
        try
        {
            return await _reading.RunAsync(() => Read(content, mimeType, chunking, cancellationToken), cancellationToken);
        }
        catch (UnreadableDocumentException unreadable)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The file cannot be read. {unreadable.Message}", "file");
        }
    }

    public void Dispose() => _reading.Dispose();

    private static IReadOnlyList<NewChunk> Read(ReadOnlyMemory<byte> content, string mimeType, Chunking chunking, CancellationToken cancellationToken)
    {
        var stated = mimeType.Split(';')[0].Trim().ToLowerInvariant();
        var (form, pages) = PagesOf(content, MediaTypes.Of(stated, content.Span), CharsetOf(mimeType), cancellationToken);
        var pieces = Pieces.Of(form, [.. pages.Select(p => p with { Text = Clean(p.Text) })], chunking, cancellationToken);
        return pieces.Count > 0 ? pieces : throw new UnreadableDocumentException("It has no text.");
    }

    private static (TextForm Form, IReadOnlyList<DocumentPage> Pages) PagesOf(ReadOnlyMemory<byte> content, string type, string? charset, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case MediaTypes.Pdf:
                return (TextForm.Plain, [.. PdfDocument.ReadPages(content, cancellationToken).Pages.Select(p => new DocumentPage(p.Number, p.Text))]);
            case MediaTypes.Zip or MediaTypes.Docx or MediaTypes.Xlsx or MediaTypes.Pptx:
                return Whole(TextForm.Markdown, OfficeDocument.Read(content, cancellationToken).Text);
        }

        if (!MediaTypes.IsText(type) && !MediaTypes.IsHtml(type))
        {
            throw new UnreadableDocumentException($"It is of the type {(type.Length <= 100 ? type : type[..100])}, which cannot be read here.");
        }

        var text = Charsets.Decode(content.Span, charset);
        return type switch
        {
            _ when MediaTypes.IsHtml(type) => Whole(TextForm.Markdown, HtmlReading.Read(text, Nowhere, cancellationToken).Text),
            "text/markdown" or "text/x-markdown" => Whole(TextForm.Markdown, text),
            "text/csv" or "application/csv" or "text/tab-separated-values" => Whole(TextForm.Rows, text),
            "application/json" => Whole(TextForm.Lines, Spread(text)),
            "text/plain" or "message/rfc822" or "text/rtf" or "text/x-rst" or "application/x-tex" => Whole(TextForm.Plain, text),
            _ => Whole(TextForm.Lines, text),
        };
    }

    private static (TextForm Form, IReadOnlyList<DocumentPage> Pages) Whole(TextForm form, string text) => (form, [new DocumentPage(null, text)]);

    /// <summary>JSON in lines: programs write it in one, which has no place for a cut.</summary>
    private static string Spread(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text.AsMemory().Trim('\uFEFF'), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            using var lines = new MemoryStream();
            using (var writer = new Utf8JsonWriter(lines, Indented))
            {
                json.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(lines.GetBuffer().AsSpan(0, (int)lines.Length));
        }
        catch (JsonException)
        {
            return text; // a line for each value, or broken: its lines say what there is
        }
    }

    /// <summary>Text that every database takes and every model reads: no control characters, and <c>\n</c> between lines.</summary>
    private static string Clean(string text)
    {
        var lines = text.ReplaceLineEndings("\n");
        return !lines.Any(IsNoise) ? lines : string.Concat(lines.Where(c => !IsNoise(c)));
    }

    private static bool IsNoise(char c) => c is not ('\n' or '\t') && (char.IsControl(c) || c is '\uFEFF' or '\u00AD');

    private static string? CharsetOf(string mimeType) =>
        mimeType.Split(';').Skip(1).Select(p => p.Trim()).Where(p => p.StartsWith("charset=", StringComparison.OrdinalIgnoreCase)).Select(p => p[8..].Trim('"')).FirstOrDefault();
}
