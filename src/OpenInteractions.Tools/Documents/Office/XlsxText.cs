using System.Globalization;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>A workbook of Excel: each sheet that is shown as a table, with the values that its formulas had when it was kept.</summary>
internal sealed class XlsxText
{
    public const string Part = "xl/workbook.xml";

    private const int MaxColumns = 200;
    private const int MaxRows = 100_000;

    // What the program itself takes in a cell.
    private const int MaxCell = 32_767;

    // Characters of texts that cells name by their number, all together.
    private const int MaxShared = 20_000_000;
    private const int AroundShared = 16;

    private static readonly XNamespace S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private readonly IReadOnlyList<string> _texts;
    private readonly XlsxDates _dates;

    private XlsxText(IReadOnlyList<string> texts, XlsxDates dates) => (_texts, _dates) = (texts, dates);

    public static string Read(OfficePackage package, CancellationToken cancellationToken)
    {
        var text = new OfficeText();
        var workbook = package.Read(Part)!;
        var parts = package.RelationsOf(Part);
        var reading = new XlsxText(
            SharedTexts(package),
            XlsxDates.Of(package.Read("xl/styles.xml"), workbook));
        foreach (var sheet in workbook.Element(S + "sheets")?.Elements(S + "sheet") ?? [])
        {
            if ((string?)sheet.Attribute("state") is "hidden" or "veryHidden" || text.IsFull
                || (string?)sheet.Attribute(OfficePackage.Relations + "id") is not { } id || !parts.TryGetValue(id, out var part))
            {
                continue;
            }

            var rows = reading.Rows(package.ReadEach(part, S + "sheetData"), text.Room, cancellationToken);
            if (rows.Count > 0)
            {
                text.Block($"## {(string?)sheet.Attribute("name")}");
                text.Table(rows);
            }
        }

        return text.ToString();
    }

    private static List<string> SharedTexts(OfficePackage package)
    {
        var (texts, left) = (new List<string>(), MaxShared);
        foreach (var item in package.ReadEach("xl/sharedStrings.xml", S + "sst").Where(e => e.Name == S + "si"))
        {
            var text = TextOf(item);
            left -= text.Length + AroundShared;
            if (left < 0)
            {
                break;
            }

            texts.Add(text);
        }

        return texts;
    }

    /// <summary>The rows of a sheet, no more than there is room for: a cell of a few bytes can name a long text.</summary>
    private List<IReadOnlyList<string>> Rows(IEnumerable<XElement> sheet, int room, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var row in sheet.Where(e => e.Name == S + "row").Take(MaxRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cells = new List<string>();
            foreach (var cell in row.Elements(S + "c").TakeWhile(_ => room > 0))
            {
                var column = ColumnOf((string?)cell.Attribute("r")) ?? cells.Count;
                if (column >= MaxColumns || column < cells.Count)
                {
                    continue;
                }

                while (cells.Count < column)
                {
                    cells.Add("");
                }

                var value = ValueOf(cell);
                cells.Add(value.Length <= MaxCell ? value : value[..MaxCell]);
                room -= cells[^1].Length;
            }

            while (cells.Count > 0 && cells[^1].Length == 0)
            {
                cells.RemoveAt(cells.Count - 1);
            }

            if (cells.Count > 0)
            {
                rows.Add(cells);
                room -= OfficeText.AroundCell * cells.Count;
            }

            if (room <= 0)
            {
                break;
            }
        }

        return rows;
    }

    private string ValueOf(XElement cell)
    {
        var value = cell.Element(S + "v")?.Value ?? "";
        return (string?)cell.Attribute("t") switch
        {
            "s" => int.TryParse(value, CultureInfo.InvariantCulture, out var index) && index >= 0 && index < _texts.Count ? _texts[index] : "",
            "inlineStr" => cell.Element(S + "is") is { } text ? TextOf(text) : "",
            "b" => value == "1" ? "TRUE" : "FALSE",
            "str" or "e" or "d" => value,
            _ => _dates.Shown(value, (string?)cell.Attribute("s")),
        };
    }

    // Reading aids for Chinese characters are no part of the text.
    private static string TextOf(XElement item)
    {
        var text = string.Concat(item.Elements().SelectMany(e => e.Name == S + "t" ? [e] : e.Name == S + "r" ? e.Elements(S + "t") : []).Select(t => t.Value));
        return text.Length <= MaxCell ? text : text[..MaxCell];
    }

    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var c in reference ?? "")
        {
            if (!char.IsAsciiLetterUpper(c) || column > MaxColumns * 26)
            {
                break;
            }

            column = (column * 26) + (c - 'A' + 1);
        }

        return column == 0 ? null : column - 1;
    }
}
