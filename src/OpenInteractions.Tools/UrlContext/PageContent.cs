using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Office;
using OpenInteractions.Tools.Documents.Pdf;
using OpenInteractions.Tools.UrlContext.Html;
using OpenInteractions.Tools.UrlContext.Http;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>Makes a page of what a site sent.</summary>
internal static class PageContent
{
    /// <exception cref="UnreadableDocumentException">There is nothing in it that a model could read.</exception>
    public static Page Read(FetchedPage fetched, int maxMediaBytes, CancellationToken cancellationToken)
    {
        var url = fetched.Url.AbsoluteUri;
        var body = fetched.Body.Span;
        var type = MediaTypes.Of(fetched.MediaType, body);
        if (MediaTypes.IsHtml(type))
        {
            return HtmlPage.Read(Charsets.Decode(body, fetched.Charset), fetched.Url, cancellationToken);
        }

        if (MediaTypes.IsText(type))
        {
            return OfText(url, title: null, Charsets.Decode(body, fetched.Charset).ReplaceLineEndings("\n").Trim(), "The page is empty.");
        }

        switch (type)
        {
            case MediaTypes.Pdf:
                return ReadPdf(url, fetched.Body, maxMediaBytes, cancellationToken);
            case MediaTypes.Zip or MediaTypes.Docx or MediaTypes.Xlsx or MediaTypes.Pptx:
                var (title, text) = OfficeDocument.Read(fetched.Body, cancellationToken);
                return OfText(url, title, text, "The document has no text.");
            case "image/png" or "image/jpeg" or "image/gif" or "image/webp":
                return OfMedia(url, new ImageContent { Data = Data(body, type, maxMediaBytes), MimeType = type });
            case "audio/wav" or "audio/mpeg" or "audio/flac" or "audio/ogg":
                return OfMedia(url, new AudioContent { Data = Data(body, type, maxMediaBytes), MimeType = type });
            default:
                throw new UnreadableDocumentException($"It is of the type {Excerpt.Of(type, 100)}, which cannot be read here.");
        }
    }

    private static Page ReadPdf(string url, ReadOnlyMemory<byte> body, int maxMediaBytes, CancellationToken cancellationToken)
    {
        var (title, text) = PdfDocument.Read(body, cancellationToken);
        if (text.Length > 0)
        {
            return new Page { Url = url, Status = PageStatus.Success, Title = title, Text = text };
        }

        // A scan, or letters without a meaning: a model that sees documents sees what is on its pages.
        const string NoText = "The PDF has no text that can be read out of it.";
        return body.Length > maxMediaBytes
            ? throw new UnreadableDocumentException(NoText)
            : new Page { Url = url, Status = PageStatus.Success, Title = title, Remark = NoText, Media = new DocumentContent { Data = Data(body.Span, MediaTypes.Pdf, maxMediaBytes), MimeType = MediaTypes.Pdf } };
    }

    private static Page OfText(string url, string? title, string text, string whenEmpty) => text.Length > 0
        ? new Page { Url = url, Status = PageStatus.Success, Title = title, Text = text }
        : throw new UnreadableDocumentException(whenEmpty);

    private static Page OfMedia(string url, MediaContent media) => new() { Url = url, Status = PageStatus.Success, Media = media };

    private static string Data(ReadOnlySpan<byte> body, string type, int most) => body.Length <= most
        ? Convert.ToBase64String(body)
        : throw new UnreadableDocumentException($"It is of the type {type} and has {body.Length} bytes; at most {most} are given to a model.");

}
