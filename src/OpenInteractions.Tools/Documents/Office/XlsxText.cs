using System.Globalization;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>A workbook of Excel: each sheet that is shown as a table, with the values that its formulas had when it was kept.</summary>
internal sealed class XlsxText
{
    public const string Part = "xl/workbook.xml";

    private const int MaxColumns = 200;
    private const int MaxRows = 100_000;

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
            [.. package.Read("xl/sharedStrings.xml")?.Elements(S + "si").Select(TextOf) ?? []],
            XlsxDates.Of(package.Read("xl/styles.xml"), workbook));
        foreach (var sheet in workbook.Element(S + "sheets")?.Elements(S + "sheet") ?? [])
        {
            if ((string?)sheet.Attribute("state") is "hidden" or "veryHidden" || text.IsFull
                || (string?)sheet.Attribute(OfficePackage.Relations + "id") is not { } id || !parts.TryGetValue(id, out var part) || package.Read(part) is not { } content)
            {
                continue;
            }

            var rows = reading.Rows(content, cancellationToken);
            if (rows.Count > 0)
            {
                text.Block($"## {(string?)sheet.Attribute("name")}");
                text.Table(rows);
            }
        }

        return text.ToString();
    }

    private List<IReadOnlyList<string>> Rows(XElement sheet, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var row in sheet.Element(S + "sheetData")?.Elements(S + "row").Take(MaxRows) ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cells = new List<string>();
            foreach (var cell in row.Elements(S + "c"))
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

                cells.Add(ValueOf(cell));
            }

            while (cells.Count > 0 && cells[^1].Length == 0)
            {
                cells.RemoveAt(cells.Count - 1);
            }

            if (cells.Count > 0)
            {
                rows.Add(cells);
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
    private static string TextOf(XElement item) =>
        string.Concat(item.Elements().SelectMany(e => e.Name == S + "t" ? [e] : e.Name == S + "r" ? e.Elements(S + "t") : []).Select(t => t.Value));

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
