using System.Text;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>The text of a document as it is put together, up to a bound that is more than any model reads.</summary>
internal sealed class OfficeText
{
    public const int MaxLength = 4_000_000;

    // What stands around the text of a cell.
    public const int AroundCell = 3;

    private readonly StringBuilder _text = new();

    /// <summary>How many characters there is room for.</summary>
    public int Room => Math.Max(0, MaxLength - _text.Length);

    public bool IsFull => _text.Length >= MaxLength;

    /// <summary>A block of its own.</summary>
    public void Block(string text)
    {
        if (!string.IsNullOrWhiteSpace(text) && !IsFull)
        {
            Gap("\n\n");
            Append(text.AsSpan().TrimEnd());
        }
    }

    /// <summary>A line directly below the one before.</summary>
    public void Line(string text)
    {
        if (!string.IsNullOrWhiteSpace(text) && !IsFull)
        {
            Gap("\n");
            Append(text.AsSpan().TrimEnd());
        }
    }

    /// <summary>Rows as a table; the first is its head.</summary>
    public void Table(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Count);
        if (columns == 0)
        {
            return;
        }

        for (var i = 0; i < rows.Count && !IsFull; i++)
        {
            Gap(i == 0 ? "\n\n" : "\n");
            _text.Append('|');
            for (var column = 0; column < columns && !IsFull; column++)
            {
                _text.Append(' ');
                Append(column < rows[i].Count ? Cell(rows[i][column]) : "");
                _text.Append(" |");
            }

            if (i == 0 && !IsFull)
            {
                _text.Append("\n|").Insert(_text.Length, " --- |", columns);
            }
        }
    }

    public override string ToString() => _text.ToString().Trim();

    private void Gap(string gap)
    {
        if (_text.Length > 0)
        {
            _text.Append(gap);
        }
    }

    private void Append(ReadOnlySpan<char> text) => _text.Append(text[..Math.Min(text.Length, Room)]);

    private static string Cell(string text) => text.Trim().Replace('\n', ' ').Replace("|", "\\|", StringComparison.Ordinal);
}
