namespace OpenInteractions.Architecture.Tests.Documents;

/// <summary>Reads the tables of a document.</summary>
internal static class MarkdownTable
{
    /// <summary>The cells of every row whose first cell is one code span, by that.</summary>
    public static IReadOnlyDictionary<string, string[]> Rows(string document) => Repository.Read(document).Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
        .Where(cells => cells[0].Count(c => c == '`') == 2)
        .ToDictionary(cells => cells[0].Trim('`'), StringComparer.Ordinal);
}
