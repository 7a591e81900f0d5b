using System.Globalization;
using AngleSharp.Dom;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>
/// Walks a page and writes what it shows as Markdown: headings, paragraphs, lists, tables, code, quotes, links and pictures. It is for a reader, so
/// characters that mean something in Markdown are not escaped.
/// </summary>
/// <param name="baseUrl">For the links of the page.</param>
/// <param name="most">Most characters; what comes behind them is left out.</param>
/// <param name="cancellationToken">Ends the work.</param>
internal sealed class HtmlMarkdown(Uri baseUrl, int most, CancellationToken cancellationToken)
{
    // Of nested elements; below that only text is taken.
    private const int MaxDepth = 200;

    // A link around a whole card is a card with a link.
    private const int MaxLinkText = 300;

    // Below a mark or a link: what has more in it is seldom one word in bold.
    private const int MaxLookedAt = 2000;

    private readonly MarkdownWriter _out = new(most);
    private int _depth;

    public string Write(IElement root)
    {
        WriteChildren(root);
        return _out.ToString();
    }

    private void WriteChildren(INode parent)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_depth >= MaxDepth)
        {
            foreach (var text in MainContent.Walk(parent).OfType<IText>())
            {
                _out.Text(text.Data);
            }

            return;
        }

        _depth++;
        for (var node = parent.FirstChild; node is not null && !_out.IsFull; node = node.NextSibling)
        {
            if (node is IText text)
            {
                _out.Text(text.Data);
            }
            else if (node is IElement element && (Visibility.IsContent(element) || element.LocalName == "math"))
            {
                WriteElement(element);
            }
        }

        _depth--;
    }

    private void WriteElement(IElement element)
    {
        switch (element.LocalName)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                _out.Break(isBlock: true);
                _out.Open(new string('#', element.LocalName[1] - '0') + " ");
                WriteChildren(element);
                _out.Close("");
                _out.Break(isBlock: true);
                break;
            case "br":
                _out.Break(isBlock: false);
                break;
            case "hr":
                _out.Break(isBlock: true);
                _out.Raw("---");
                _out.Break(isBlock: true);
                break;
            case "a":
                WriteLink(element);
                break;
            case "img":
                WriteImage(element);
                break;
            case "strong" or "b":
                WriteMarked(element, "**");
                break;
            case "em" or "i":
                WriteMarked(element, "*");
                break;
            case "del" or "s" or "strike":
                WriteMarked(element, "~~");
                break;
            case "code" or "kbd" or "samp" or "tt":
                WriteCode(element);
                break;
            case "pre":
                WritePreformatted(element);
                break;
            case "ul" or "ol" or "menu":
                WriteList(element);
                break;
            case "li":
                WriteItem(element, "- ");
                break;
            case "blockquote":
                _out.Break(isBlock: true);
                _out.Push("> ");
                WriteChildren(element);
                _out.Break(isBlock: true);
                _out.Pop();
                break;
            case "dt":
                _out.Break(isBlock: true);
                WriteMarked(element, "**");
                _out.Break(isBlock: false);
                break;
            case "dd":
                _out.Break(isBlock: false);
                _out.Push("  ", ": ");
                WriteChildren(element);
                _out.Break(isBlock: false);
                _out.Pop();
                break;
            case "table":
                WriteTable(element);
                break;
            case "math":
                WriteMath(element);
                break;
            case "q":
                _out.Open("“");
                WriteChildren(element);
                _out.Close("”");
                break;
            case var name when IsBlock(name):
                _out.Break(isBlock: true);
                WriteChildren(element);
                _out.Break(isBlock: true);
                break;
            default:
                WriteChildren(element);
                break;
        }
    }

    private static bool IsBlock(string name) => name is "p" or "div" or "section" or "article" or "main" or "header" or "footer" or "aside" or "address" or "figure" or "figcaption"
        or "details" or "summary" or "dl" or "form" or "fieldset" or "legend" or "center" or "body" or "hgroup" or "dialog" or "search" or "caption" or "tr" or "td" or "th" or "thead" or "tbody" or "tfoot";

    private void WriteMarked(IElement element, string mark)
    {
        if (HasBlocks(element))
        {
            WriteChildren(element);
            return;
        }

        _out.Open(mark);
        WriteChildren(element);
        _out.Close(mark);
    }

    private void WriteLink(IElement link)
    {
        var target = Address(link.GetAttribute("href"));
        var text = HtmlText.Joined(link, MaxLinkText + 1);
        if (target is null || text is "#" or "¶" or "§" or "🔗" or "")
        {
            if (text is not ("#" or "¶" or "§" or "🔗"))
            {
                WriteChildren(link);
            }
        }
        else if (text.Length > MaxLinkText || HasBlocks(link))
        {
            WriteChildren(link);
            _out.Text(" ");
            _out.Raw($"<{target}>");
        }
        else
        {
            _out.Open("[");
            WriteChildren(link);
            _out.Close($"]({target})");
        }
    }

    private void WriteImage(IElement image)
    {
        var alt = HtmlText.Joined(image.GetAttribute("alt") ?? "");
        if (alt.Length > 0 && Address(image.GetAttribute("src")) is { } source)
        {
            _out.Raw($"![{alt}]({source})");
        }
        else
        {
            _out.Text(alt);
        }
    }

    private void WriteCode(IElement code)
    {
        var text = HtmlText.Joined(code.TextContent);
        if (text.Length > 0)
        {
            var fence = new string('`', HtmlText.LongestRun(text, '`') + 1);
            _out.Raw(fence.Length == 1 ? $"`{text}`" : $"{fence} {text} {fence}");
        }
    }

    private void WritePreformatted(IElement pre)
    {
        var text = pre.TextContent.ReplaceLineEndings("\n").TrimEnd();
        text = text.StartsWith('\n') ? text[1..] : text;
        if (text.Length == 0)
        {
            return;
        }

        var fence = new string('`', Math.Max(3, HtmlText.LongestRun(text, '`') + 1));
        _out.Break(isBlock: true);
        _out.Lines($"{fence}{HtmlText.LanguageOf(pre)}\n{text}\n{fence}");
        _out.Break(isBlock: true);
    }

    private void WriteList(IElement list)
    {
        var isInItem = list.ParentElement?.LocalName == "li";
        _out.Break(isBlock: !isInItem);
        var number = int.TryParse(list.GetAttribute("start"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start) ? start : 1;
        _depth++;
        for (var node = list.FirstChild; node is not null && !_out.IsFull; node = node.NextSibling)
        {
            if (node is not IElement child || !Visibility.IsContent(child))
            {
                continue;
            }

            if (child.LocalName != "li" || _depth >= MaxDepth)
            {
                WriteChildren(child); // a list directly inside a list, and what else should not be there
                continue;
            }

            number = int.TryParse(child.GetAttribute("value"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : number;
            WriteItem(child, list.LocalName == "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number}. ") : "- ");
            number = number < int.MaxValue ? number + 1 : number;
        }

        _depth--;
        _out.Break(isBlock: !isInItem);
    }

    private void WriteItem(IElement item, string marker)
    {
        _out.Break(isBlock: false);
        _out.Push(new string(' ', marker.Length), marker);
        WriteChildren(item);
        _out.Break(isBlock: false);
        _out.Pop();
    }

    private void WriteTable(IElement table)
    {
        if (HtmlTable.Read(table, Cell, _out.Room) is { } lines)
        {
            _out.Break(isBlock: true);
            foreach (var caption in table.Children.Where(c => c.LocalName == "caption" && Visibility.IsContent(c)).Take(1))
            {
                WriteChildren(caption);
                _out.Break(isBlock: true);
            }

            _out.Lines(lines);
            _out.Break(isBlock: true);
            return;
        }

        // A table that only arranges the page.
        _out.Break(isBlock: true);
        WriteChildren(table);
        _out.Break(isBlock: true);
    }

    private string Cell(IElement cell, int room)
    {
        var inner = new HtmlMarkdown(baseUrl, room, cancellationToken) { _depth = _depth + 1 };
        return inner.Write(cell).Replace('\n', ' ').Replace("|", "\\|", StringComparison.Ordinal);
    }

    private void WriteMath(IElement math)
    {
        var source = math.QuerySelector("annotation[encoding='application/x-tex']")?.TextContent ?? math.GetAttribute("alttext");
        if (source is not null)
        {
            _out.Raw($"${HtmlText.Joined(source)}$");
        }
        else
        {
            _out.Text(math.TextContent);
        }
    }

    private static bool HasBlocks(IElement element) => MainContent.Walk(element).Take(MaxLookedAt).Any(n => n is IElement e && (IsBlock(e.LocalName) || e.LocalName is "ul" or "ol" or "table" or "pre" or "blockquote" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6"));

    /// <summary>Where a link leads, when that is another page.</summary>
    private string? Address(string? href)
    {
        href = href?.Trim();
        if (string.IsNullOrEmpty(href) || href[0] == '#' || !Uri.TryCreate(baseUrl, href, out var target))
        {
            return null;
        }

        return target.Scheme is "http" or "https" or "mailto" ? target.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal) : null;
    }
}
