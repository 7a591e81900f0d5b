using System.Collections.Frozen;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>
/// Keeps pages away that are made to take a parser minutes and gigabytes. Its work grows with what is open at the same time, and marks such as <c>b</c>
/// that are left open are opened again in every paragraph.
/// </summary>
internal static class MarkupBounds
{
    private const int MaxTags = 300_000;
    private const int MaxOpen = 5_000;
    private const long MaxReopened = 3_000_000;
    private const int LongestName = 20;
    private const int LongestTag = 4_096;

    /// <summary>Closed by what follows them, so never open in numbers; or never open at all.</summary>
    private static readonly FrozenSet<string> Brief = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "br", "img", "hr", "input", "meta", "link", "wbr", "source", "area", "col", "param", "base", "embed", "track", "li", "p", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot", "body", "html", "head");

    private static readonly FrozenSet<string> Reopened = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u");

    /// <summary>Brief in pages, and nested like any other in pictures and formulas, which know none of their rules.</summary>
    private static readonly FrozenSet<string> NestedInForeign = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "area", "base", "col", "html", "input", "link", "option", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr");

    /// <summary>Where a picture or a formula has a piece of a page in it, in which its own end is no end.</summary>
    private static readonly string[] IntegrationPoints = ["desc", "foreignObject", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"];

    /// <exception cref="UnreadableDocumentException">There are more elements, or more inside one another, than any page for readers has.</exception>
    public static void Require(string html)
    {
        var openOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var names = openOf.GetAlternateLookup<ReadOnlySpan<char>>();
        var (brief, reopened) = (Brief.GetAlternateLookup<ReadOnlySpan<char>>(), Reopened.GetAlternateLookup<ReadOnlySpan<char>>());
        var nested = NestedInForeign.GetAlternateLookup<ReadOnlySpan<char>>();
        var (tags, open, marks, work, foreign) = (0, 0, 0, 0L, 0);
        for (var i = html.IndexOf('<', StringComparison.Ordinal); i >= 0 && i < html.Length - 1; i = html.IndexOf('<', i + 1))
        {
            var isEnd = html[i + 1] == '/';
            var name = Name(html.AsSpan(isEnd ? i + 2 : i + 1));
            if (name.Length == 0)
            {
                continue;
            }

            work += marks;
            if (++tags > MaxTags || open > MaxOpen || work > MaxReopened)
            {
                throw new UnreadableDocumentException("The page has more elements than can be read here.");
            }

            if (name.Equals("svg", StringComparison.OrdinalIgnoreCase) || name.Equals("math", StringComparison.OrdinalIgnoreCase))
            {
                foreign = !isEnd ? foreign + 1 : foreign > 0 && !IntegrationPoints.Any(p => openOf.GetValueOrDefault(p) > 0) ? foreign - 1 : foreign;
            }

            if (!brief.Contains(name) || (foreign > 0 && nested.Contains(name) && (isEnd || !IsClosedAtOnce(html, i))))
            {
                // An end of what was never begun closes nothing.
                var before = names.TryGetValue(name, out var count) ? count : 0;
                var change = !isEnd ? 1 : before > 0 ? -1 : 0;
                names[name] = before + change;
                open += change;
                marks += reopened.Contains(name) ? change : 0;
            }
        }
    }

    private static bool IsClosedAtOnce(string html, int at) =>
        html.IndexOf('>', at, Math.Min(LongestTag, html.Length - at)) is > 0 and var end && html[end - 1] == '/';

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && length < LongestName && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '-'))
        {
            length++;
        }

        return length > 0 && char.IsAsciiLetter(text[0]) ? text[..length] : [];
    }
}
