using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>A document of Word: headings, paragraphs, lists, tables and links. Hidden and deleted text is left out.</summary>
internal sealed class DocxText
{
    public const string Part = "word/document.xml";

    private const int MaxDepth = 50;

    // It stands at each link that leads there.
    private const int MaxTarget = 2_000;

    private static readonly XNamespace W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    private readonly OfficeText _text = new();
    private readonly Dictionary<string, int> _headings;
    private readonly IReadOnlyDictionary<string, string> _links;
    private readonly CancellationToken _cancellationToken;
    private bool _wasItem;

    private DocxText(Dictionary<string, int> headings, IReadOnlyDictionary<string, string> links, CancellationToken cancellationToken) =>
        (_headings, _links, _cancellationToken) = (headings, links, cancellationToken);

    public static string Read(OfficePackage package, CancellationToken cancellationToken)
    {
        var reading = new DocxText(Headings(package.Read("word/styles.xml")), package.RelationsOf(Part), cancellationToken);
        reading.Blocks(package.ReadEach(Part, W + "body"), depth: 0);

        return reading._text.ToString();
    }

    /// <summary>Styles that are headings, by their ids, which are in the language of who wrote the document; names are not.</summary>
    private static Dictionary<string, int> Headings(XElement? styles)
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var style in styles?.Elements(W + "style") ?? [])
        {
            var name = Value(style.Element(W + "name"))?.ToLowerInvariant();
            var level = name == "title" ? 1
                : name?.StartsWith("heading ", StringComparison.Ordinal) == true && int.TryParse(name["heading ".Length..], CultureInfo.InvariantCulture, out var stated) ? stated
                : int.TryParse(Value(style.Element(W + "pPr")?.Element(W + "outlineLvl")), CultureInfo.InvariantCulture, out var outline) ? outline + 1
                : 0;
            if (level is >= 1 and <= 9 && (string?)style.Attribute(W + "styleId") is { } id)
            {
                levels[id] = Math.Min(level, 6);
            }
        }

        return levels;
    }

    private void Blocks(IEnumerable<XElement> elements, int depth)
    {
        foreach (var element in elements.TakeWhile(_ => !_text.IsFull))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (element.Name == W + "p")
            {
                Paragraph(element);
            }
            else if (element.Name == W + "tbl")
            {
                _text.Table(Rows(element));
                _wasItem = false;
            }
            else if (element.Name.LocalName is "sdt" or "sdtContent" or "ins" or "customXml" or "smartTag" && depth < MaxDepth)
            {
                Blocks(element.Elements(), depth + 1);
            }
        }
    }

    private void Paragraph(XElement paragraph)
    {
        var text = Runs(paragraph).Trim();
        if (text.Length == 0)
        {
            return;
        }

        var properties = paragraph.Element(W + "pPr");
        var isItem = false;
        if (Value(properties?.Element(W + "pStyle")) is { } style && _headings.TryGetValue(style, out var level))
        {
            _text.Block($"{new string('#', level)} {text}");
        }
        else if (properties?.Element(W + "numPr") is { } list && Value(list.Element(W + "numId")) != "0")
        {
            var indent = int.TryParse(Value(list.Element(W + "ilvl")), CultureInfo.InvariantCulture, out var stated) ? Math.Clamp(stated, 0, 8) : 0;
            var line = $"{new string(' ', indent * 2)}- {text.Replace("\n", " ", StringComparison.Ordinal)}";
            isItem = true;
            if (_wasItem)
            {
                _text.Line(line);
            }
            else
            {
                _text.Block(line);
            }
        }
        else
        {
            _text.Block(text);
        }

        _wasItem = isItem;
    }

    private List<IReadOnlyList<string>> Rows(XElement table)
    {
        var (rows, room) = (new List<IReadOnlyList<string>>(), _text.Room);
        foreach (var row in table.Elements(W + "tr").TakeWhile(_ => room > 0))
        {
            var cells = new List<string>();
            foreach (var cell in row.Elements(W + "tc").TakeWhile(_ => room > 0))
            {
                cells.Add(CellText(cell));
                room -= cells[^1].Length + OfficeText.AroundCell;
            }

            rows.Add(cells);
        }

        return rows;
    }

    private string CellText(XElement cell) => string.Join(' ', cell.Descendants(W + "p").Select(p => Runs(p).Trim()).Where(t => t.Length > 0));

    private string Runs(XElement paragraph)
    {
        var text = new StringBuilder();
        Runs(paragraph, text, depth: 0);
        return text.ToString();
    }

    private void Runs(XElement parent, StringBuilder text, int depth)
    {
        foreach (var element in parent.Elements().TakeWhile(_ => text.Length < OfficeText.MaxLength))
        {
            switch (element.Name.LocalName)
            {
                case "r" when element.Element(W + "rPr")?.Element(W + "vanish") is { } hidden && Value(hidden) is null or "1" or "true":
                case "del" or "moveFrom" or "pPr" or "rPr" or "instrText" or "delText" or "Fallback":
                    break;
                case "t":
                    text.Append(element.Value);
                    break;
                case "tab":
                    text.Append('\t');
                    break;
                case "br" or "cr":
                    text.Append('\n');
                    break;
                case "noBreakHyphen":
                    text.Append('-');
                    break;
                case "hyperlink" when (string?)element.Attribute(OfficePackage.Relations + "id") is { } id && _links.TryGetValue(id, out var target) && target.Length <= MaxTarget && Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto":
                    text.Append('[');
                    Runs(element, text, depth + 1);
                    text.Append("](").Append(target).Append(')');
                    break;
                case "p" or "tbl":
                    break; // of a text box; it is no part of this paragraph
                default:
                    if (depth < MaxDepth)
                    {
                        Runs(element, text, depth + 1);
                    }

                    break;
            }
        }
    }

    private static string? Value(XElement? element) => (string?)element?.Attribute(W + "val");
}
