using System.Net;
using System.Text;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>The HTML that shows what was searched, and related searches (behaviour TL-12). It needs no script and no style of its own.</summary>
internal static class SearchSuggestions
{
    private const int MostRelated = 8;

    public static string Of(ISearchEngine engine, string query, IReadOnlyList<string> related)
    {
        var html = new StringBuilder("<div class=\"search-suggestions\">");
        foreach (var text in related.Where(r => !string.IsNullOrWhiteSpace(r)).Take(MostRelated).Prepend(query).Distinct(StringComparer.Ordinal))
        {
            var shown = WebUtility.HtmlEncode(text);
            html.Append(engine.PageOf(text) is { } page
                ? $"<a class=\"search-suggestion\" href=\"{WebUtility.HtmlEncode(page)}\" rel=\"noopener noreferrer\" target=\"_blank\">{shown}</a>"
                : $"<span class=\"search-suggestion\">{shown}</span>");
        }

        return html.Append("</div>").ToString();
    }
}
