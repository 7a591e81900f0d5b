using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Html;

namespace OpenInteractions.Tools.UrlContext.Html;

/// <summary>A page of HTML as Markdown.</summary>
internal static class HtmlPage
{
    private const string Locked = "The page says that it is for subscribers: what follows is what it shows to everybody.";

    /// <exception cref="UnreadableDocumentException">It shows no text.</exception>
    public static Page Read(string html, Uri url, CancellationToken cancellationToken)
    {
        var (document, title, text) = HtmlReading.Read(html, url, cancellationToken);
        var isLocked = PaywallMarks.In(document);
        if (text.Length == 0)
        {
            return isLocked
                ? Page.Failed(url.AbsoluteUri, "The page says that it is for subscribers, and shows no text to others.", PageStatus.Paywall)
                : throw new UnreadableDocumentException(document.QuerySelector("script") is null ? "The page has no text." : "The page has no text before its scripts run, and they are not run here.");
        }

        return new Page
        {
            Url = url.AbsoluteUri,
            Status = isLocked ? PageStatus.Paywall : PageStatus.Success,
            Title = title,
            Text = text,
            Remark = isLocked ? Locked : null,
        };
    }
}
