using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Tells what sources say, a line for each with the mark that the result gave it (docs/decisions/0010).</summary>
internal static partial class SourceReport
{
    private const int MostSources = 5;
    private const int LongestStatement = 200;

    /// <summary>The report; null when the text has no marked sources.</summary>
    public static string? Of(string name, string text)
    {
        var sources = Source().Matches(text).Take(MostSources).ToArray();
        if (sources.Length == 0)
        {
            return null;
        }

        var report = new StringBuilder(name).Append(" found:");
        for (var i = 0; i < sources.Length; i++)
        {
            var end = i + 1 < sources.Length ? sources[i + 1].Index : text.Length;
            var lines = text[(sources[i].Index + sources[i].Length)..end].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var said = lines.FirstOrDefault(l => !l.StartsWith("http", StringComparison.Ordinal) && !l.StartsWith('[') && !l.StartsWith("Published: ", StringComparison.Ordinal) && !l.StartsWith("Results of ", StringComparison.Ordinal) && !l.StartsWith('#') && !l.Contains(" > ", StringComparison.Ordinal)); // nor headings
            report.Append("\n- ").Append(Statement(said ?? sources[i].Groups["title"].Value)).Append(" [").Append(sources[i].Groups["mark"].Value).Append(']');
        }

        return report.ToString();
    }

    private static string Statement(string text)
    {
        var end = SentenceEnd().Match(text) is { Success: true } stop ? stop.Index + 1 : text.Length;
        if (end <= LongestStatement)
        {
            return text[..end].Trim();
        }

        return Excerpt.Of(text, LongestStatement);
    }

    [GeneratedRegex(@"^\[(?<mark>[a-z][a-z0-9]{3}\.\d{1,3})\] (?<title>.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Source();

    [GeneratedRegex(@"[.!?](?=\s|$)|[。！？]", RegexOptions.CultureInvariant)]
    private static partial Regex SentenceEnd();
}
