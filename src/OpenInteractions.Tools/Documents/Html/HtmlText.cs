using System.Text;
using AngleSharp.Dom;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>Readings of a page's text.</summary>
internal static class HtmlText
{
    /// <summary>The text with white space joined.</summary>
    public static string Joined(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The beginning of what an element shows, with white space joined.</summary>
    public static string Joined(IElement element, int most)
    {
        var text = new StringBuilder();
        foreach (var node in MainContent.Walk(element))
        {
            text.Append(node is IText part ? part.Data : node is IElement { LocalName: "img" } image ? image.GetAttribute("alt") : "");
            if (text.Length > most * 4)
            {
                break;
            }
        }

        var joined = Joined(text.ToString());
        return joined.Length <= most ? joined : joined[..most];
    }

    public static int LongestRun(string text, char of)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == of ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    /// <summary>The language that a block of code is marked with, or nothing.</summary>
    public static string LanguageOf(IElement pre)
    {
        foreach (var element in (IElement?[])[pre, pre.FirstElementChild, pre.ParentElement])
        {
            foreach (var name in element?.ClassList ?? Enumerable.Empty<string>())
            {
                foreach (var prefix in (string[])["language-", "lang-", "highlight-source-", "brush:"])
                {
                    if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && name[prefix.Length..] is { Length: > 0 and <= 20 } language && language.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '#' or '-'))
                    {
                        return language.ToLowerInvariant();
                    }
                }
            }
        }

        return "";
    }
}
