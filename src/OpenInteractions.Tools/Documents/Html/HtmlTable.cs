using System.Globalization;
using System.Text;
using AngleSharp.Dom;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>A table of data as one of Markdown. Cells that reach over several columns or rows are written once, with empty ones beside them and, while they are short, themselves again below.</summary>
internal static class HtmlTable
{
    private const int MaxColumns = 100;
    private const int MaxRowSpan = 1000;

    // What is longer is no heading of rows: below itself it would only be there again.
    private const int MaxRepeated = 200;

    // What stands around the text of a cell.
    private const int AroundCell = 3;

    /// <summary>The lines, or null for a table that only arranges what is in it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cell">The text of a cell, of at most so many characters.</param>
    /// <param name="room">Most characters of all: a few letters in a page can stand for cells without end.</param>
    public static string? Read(IElement table, Func<IElement, int, string> cell, int room)
    {
        var rows = Rows(table).ToList();
        if (table.GetAttribute("role") is "presentation" or "none" || rows.Count == 0 || table.QuerySelector("table") is not null || rows.All(r => Cells(r).Take(2).Count() < 2))
        {
            return null;
        }

        var grid = Grid(rows, cell, room);
        var columns = grid.Max(r => r.Count);
        var lines = new StringBuilder();
        for (var i = 0; i < grid.Count && lines.Length < room; i++)
        {
            lines.Append('|');
            for (var column = 0; column < columns; column++)
            {
                lines.Append(' ').Append(column < grid[i].Count ? grid[i][column] : "").Append(" |");
            }

            lines.Append('\n');
            if (i == 0)
            {
                lines.Append('|').Insert(lines.Length, " --- |", columns).Append('\n'); // the first row is its head: Markdown knows no table without
            }
        }

        return lines.ToString().TrimEnd('\n');
    }

    private static List<List<string>> Grid(List<IElement> rows, Func<IElement, int, string> cell, int room)
    {
        var grid = new List<List<string>>();
        var reaching = new Dictionary<int, (string Text, int Left)>();
        foreach (var row in rows.TakeWhile(_ => room > 0))
        {
            var line = new List<string>();
            foreach (var element in Cells(row))
            {
                TakeReaching(line, reaching);
                if (line.Count >= MaxColumns || room <= 0)
                {
                    break;
                }

                var (text, rowSpan) = (cell(element, room), Span(element, "rowspan", MaxRowSpan));
                room -= text.Length;
                for (var (i, colSpan) = (0, Span(element, "colspan", MaxColumns - line.Count)); i < colSpan; i++)
                {
                    if (rowSpan > 1)
                    {
                        reaching[line.Count] = (i == 0 && text.Length <= MaxRepeated ? text : "", rowSpan - 1);
                    }

                    line.Add(i == 0 ? text : "");
                }
            }

            TakeReaching(line, reaching);
            grid.Add(line);
            room -= (AroundCell * line.Count) + 1;
        }

        return grid;
    }

    private static void TakeReaching(List<string> line, Dictionary<int, (string Text, int Left)> reaching)
    {
        while (reaching.Remove(line.Count, out var above))
        {
            if (above.Left > 1)
            {
                reaching[line.Count] = above with { Left = above.Left - 1 };
            }

            line.Add(above.Text);
        }
    }

    private static int Span(IElement cell, string name, int most) =>
        int.TryParse(cell.GetAttribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out var span) ? Math.Clamp(span, 1, Math.Max(most, 1)) : 1;

    private static IEnumerable<IElement> Rows(IElement table) => table.Children
        .SelectMany(c => c.LocalName is "thead" or "tbody" or "tfoot" ? c.Children : Enumerable.Repeat(c, 1))
        .Where(r => r.LocalName == "tr" && Visibility.IsContent(r));

    private static IEnumerable<IElement> Cells(IElement row) => row.Children.Where(c => c.LocalName is "td" or "th" && Visibility.IsContent(c));
}
