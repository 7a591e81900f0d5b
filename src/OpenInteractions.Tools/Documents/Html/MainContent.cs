using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>Finds the part of a page that it is about, where the page marks one.</summary>
internal static class MainContent
{
    // What is shorter than this share of the page is a teaser or a mistake, and the page is read as a whole.
    private const int LeastPercent = 20;

    public static IElement? Of(IHtmlDocument document)
    {
        if (document.Body is not { } body)
        {
            return null;
        }

        var whole = TextLength(body);
        foreach (var selector in (string[])["main, [role=main]", "article"])
        {
            var marked = document.QuerySelectorAll(selector).Where(Visibility.IsContent).Take(2).ToList();
            if (marked.Count == 1 && TextLength(marked[0]) is > 0 and var length && length * 100L >= whole * LeastPercent)
            {
                return marked[0];
            }
        }

        return body;
    }

    /// <summary>Letters that are shown below an element.</summary>
    private static int TextLength(IElement root)
    {
        var length = 0;
        foreach (var node in Walk(root))
        {
            if (node is IText text)
            {
                length += text.Data.AsSpan().Trim().Length;
            }
        }

        return length;
    }

    /// <summary>Everything shown below an element, in order, however deep: without recursion, because depth is the page's to choose.</summary>
    public static IEnumerable<INode> Walk(INode root)
    {
        var node = root.FirstChild;
        while (node is not null)
        {
            var goesIn = node is not IElement element || Visibility.IsContent(element);
            if (goesIn)
            {
                yield return node;
            }

            if (goesIn && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null && node.NextSibling is null)
            {
                node = node.Parent == root ? null : node.Parent;
            }

            node = node?.NextSibling;
        }
    }
}
