using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>What a document of HTML says.</summary>
/// <param name="Document">The parsed document.</param>
/// <param name="Title">Its title, or null.</param>
/// <param name="Text">What it shows, as Markdown; may be empty.</param>
internal sealed record HtmlReading(IHtmlDocument Document, string? Title, string Text)
{
    private const int MaxTitle = 500;

    // More than any model reads. A page that has more letters than this is read whole; one that only makes more of its letters is not.
    private const int MaxText = 4_000_000;

    // It stands in every link.
    private const int MaxBase = 2_000;

    /// <param name="html">The document.</param>
    /// <param name="url">Where it was found, for its links.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UnreadableDocumentException">It is made to be no document for readers.</exception>
    public static HtmlReading Read(string html, Uri url, CancellationToken cancellationToken)
    {
        MarkupBounds.Require(html);
        var document = new HtmlParser().ParseDocument(html);
        cancellationToken.ThrowIfCancellationRequested();
        var root = MainContent.Of(document);
        return new HtmlReading(document, TitleOf(document), root is null ? "" : new HtmlMarkdown(BaseOf(document, url), Math.Max(MaxText, html.Length), cancellationToken).Write(root));
    }

    private static Uri BaseOf(IHtmlDocument document, Uri url) =>
        document.QuerySelector("base[href]")?.GetAttribute("href") is { Length: <= MaxBase } href && Uri.TryCreate(url, href, out var given) && given.Scheme is "http" or "https" ? given : url;

    private static string? TitleOf(IHtmlDocument document)
    {
        var title = document.QuerySelector("head > title")?.TextContent ?? document.QuerySelector("meta[property='og:title']")?.GetAttribute("content");
        var plain = string.Join(' ', (title ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return plain.Length == 0 ? null : plain.Length <= MaxTitle ? plain : plain[..MaxTitle];
    }
}
