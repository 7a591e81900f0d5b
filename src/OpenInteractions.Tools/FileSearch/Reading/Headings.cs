namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>The headings above a place, from the outermost.</summary>
internal sealed class Headings
{
    private readonly List<(int Level, string Text)> _open = [];

    /// <summary>Them as one line; null when there are none.</summary>
    public string? Path { get; private set; }

    public void Enter(int level, string text)
    {
        _open.RemoveAll(h => h.Level >= level);
        Path = Line(); // a heading stands below those above it
        _open.Add((level, text));
    }

    /// <summary>The heading that was entered last is above what follows.</summary>
    public void Close() => Path = Line();

    /// <summary>The level of a Markdown heading, or 0.</summary>
    public static int LevelOf(ReadOnlySpan<char> line)
    {
        var level = line.Length - line.TrimStart('#').Length;
        return level is >= 1 and <= 6 && line.Length > level && line[level] is ' ' or '\t' && !line[level..].IsWhiteSpace() ? level : 0;
    }

    /// <summary>The level of the heading that a line underlines, or 0.</summary>
    /// <param name="line">The line.</param>
    /// <param name="above">The line before.</param>
    public static int LevelOfUnderline(ReadOnlySpan<char> line, ReadOnlySpan<char> above)
    {
        line = line.TrimEnd();
        above = above.Trim();
        if (line.Length < 3 || above.Length is 0 or > 200 || line.Trim(line[0]).Length > 0 || above.Trim(above[0]).Length == 0 || line.Length * 2 < above.Length)
        {
            return 0;
        }

        return line[0] switch { '*' => 1, '=' => 2, '-' => 3, '.' or '~' => 4, _ => 0 };
    }

    private string? Line() => _open.Count == 0 ? null : string.Join(" > ", _open.Select(h => h.Text));
}
