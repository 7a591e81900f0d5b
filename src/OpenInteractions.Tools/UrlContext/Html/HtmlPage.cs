using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OpenInteractions.Tools.UrlContext.Html;

/// <summary>A page of HTML as Markdown.</summary>
internal static class HtmlPage
{
    private const string Locked = "The page says that it is for subscribers: what follows is what it shows to everybody.";
    private const int MaxTitle = 500;

    /// <exception cref="UnreadablePageException">It shows no text.</exception>
    public static Page Read(string html, Uri url, CancellationToken cancellationToken)
    {
        MarkupBounds.Require(html);
        var document = new HtmlParser().ParseDocument(html);
        cancellationToken.ThrowIfCancellationRequested();
        var root = MainContent.Of(document);
        var text = root is null ? "" : new HtmlMarkdown(BaseOf(document, url), cancellationToken).Write(root);
        var isLocked = PaywallMarks.In(document);
        if (text.Length == 0)
        {
            return isLocked
                ? Page.Failed(url.AbsoluteUri, "The page says that it is for subscribers, and shows no text to others.", PageStatus.Paywall)
                : throw new UnreadablePageException(document.QuerySelector("script") is null ? "The page has no text." : "The page has no text before its scripts run, and they are not run here.");
        }

        return new Page
        {
            Url = url.AbsoluteUri,
            Status = isLocked ? PageStatus.Paywall : PageStatus.Success,
            Title = TitleOf(document),
            Text = text,
            Remark = isLocked ? Locked : null,
        };
    }

    private static Uri BaseOf(IHtmlDocument document, Uri url) =>
        document.QuerySelector("base[href]")?.GetAttribute("href") is { } href && Uri.TryCreate(url, href, out var given) && given.Scheme is "http" or "https" ? given : url;

    private static string? TitleOf(IHtmlDocument document)
    {
        var title = document.QuerySelector("head > title")?.TextContent ?? document.QuerySelector("meta[property='og:title']")?.GetAttribute("content");
        var plain = string.Join(' ', (title ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return plain.Length == 0 ? null : plain.Length <= MaxTitle ? plain : plain[..MaxTitle];
    }
}
