using System.Net;
using System.Text;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>A page that was found.</summary>
internal sealed record FoundPage
{
    /// <summary>Most characters of a passage: more helps no model to choose.</summary>
    public const int LongestText = 1000;

    private const int LongestTitle = 300;
    private const int LongestUrl = 2048;

    private FoundPage(string url, string title, string text) => (Url, Title, Text) = (url, title, text);

    public string Url { get; }

    public string Title { get; }

    /// <summary>What the page says about the query; may be empty.</summary>
    public string Text { get; }

    /// <summary>For an image: where it is. <see cref="Url"/> is then the page that shows it.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>When the page was made, in the engine's words.</summary>
    public string? Published { get; init; }

    /// <summary>A page as an engine gives it; null when its address is none that anybody could open.</summary>
    public static FoundPage? Of(string? url, string? title, string? text, string? imageUrl = null, string? published = null)
    {
        if (!IsAddress(url))
        {
            return null;
        }

        var plain = Plain(title ?? "", LongestTitle);
        return new FoundPage(url!, plain.Length > 0 ? plain : new Uri(url!).Host, Plain(text ?? "", LongestText))
        {
            ImageUrl = IsAddress(imageUrl) ? imageUrl : null,
            Published = published is { Length: > 0 } ? Plain(published, 40) : null,
        };
    }

    /// <summary>Text of HTML that engines mark hits in.</summary>
    public static string? OfHtml(string? html)
    {
        if (html is null)
        {
            return null;
        }

        var text = new StringBuilder();
        var isTag = false;
        for (var i = 0; i < html.Length; i++)
        {
            // "a < b" is no tag.
            isTag |= html[i] == '<' && i + 1 < html.Length && (char.IsAsciiLetter(html[i + 1]) || html[i + 1] == '/');
            if (!isTag)
            {
                text.Append(html[i]);
            }

            isTag &= html[i] != '>';
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    private static bool IsAddress(string? url) =>
        url is { Length: > 0 and <= LongestUrl } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && !url.Any(c => char.IsControl(c) || c == ' ');

    /// <summary>One line without control characters, and no more than so many.</summary>
    private static string Plain(string text, int most)
    {
        var plain = new StringBuilder();
        foreach (var c in text)
        {
            var isSpace = char.IsWhiteSpace(c) || char.IsControl(c);
            if (!isSpace || (plain.Length > 0 && plain[^1] != ' '))
            {
                plain.Append(isSpace ? ' ' : c);
            }

            if (plain.Length > most)
            {
                plain.Length = char.IsHighSurrogate(plain[most - 1]) ? most - 1 : most;
                return plain.Append('…').ToString();
            }
        }

        return plain.ToString().TrimEnd();
    }
}
