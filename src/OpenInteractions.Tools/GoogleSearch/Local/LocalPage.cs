using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>A page as it is read from its file.</summary>
/// <param name="Title">Its title; empty when it has none.</param>
/// <param name="Text">Its text.</param>
internal sealed record LocalPage(string Title, string Text)
{
    private const int LongestHeading = 120;

    private static readonly HashSet<string> Hidden = new(["script", "style", "noscript", "template", "svg", "head", "select", "iframe"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Inline = new(
        ["a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "rb", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var"], StringComparer.OrdinalIgnoreCase);

    /// <summary>True when a file may be a page.</summary>
    public static bool IsPage(string file) => Path.GetExtension(file).ToLowerInvariant() is ".html" or ".htm" or ".xhtml" or ".md" or ".txt";

    public static async Task<LocalPage> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (Path.GetExtension(file).ToLowerInvariant() is ".md" or ".txt")
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            var first = text.Split('\n', 20).Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) ?? "";
            return new LocalPage(first.Length <= LongestHeading ? first.TrimStart('#', ' ') : "", text);
        }

        await using var html = File.OpenRead(file);
        using var document = await new HtmlParser().ParseDocumentAsync(html, cancellationToken);
        return new LocalPage((document.Title is { Length: > 0 } title ? title : document.QuerySelector("h1")?.TextContent ?? "").Trim(), TextOf(document.Body));
    }

    private static string TextOf(IElement? body)
    {
        var text = new StringBuilder();
        var wasInline = true;
        var nodes = new Stack<INode>(body is null ? [] : [body]);
        while (nodes.TryPop(out var node))
        {
            if (node is IText piece)
            {
                var isInline = piece.ParentElement is { } parent && Inline.Contains(parent.LocalName);
                if (!isInline && !wasInline)
                {
                    text.Append('\n');
                }

                text.Append(piece.Data);
                wasInline = isInline;
                continue;
            }

            if (node is IElement element)
            {
                if (Hidden.Contains(element.LocalName))
                {
                    continue;
                }

                wasInline &= Inline.Contains(element.LocalName);
                if (!Inline.Contains(element.LocalName))
                {
                    text.Append('\n');
                }
            }

            for (var i = node.ChildNodes.Length - 1; i >= 0; i--)
            {
                nodes.Push(node.ChildNodes[i]);
            }
        }

        return text.ToString();
    }
}
