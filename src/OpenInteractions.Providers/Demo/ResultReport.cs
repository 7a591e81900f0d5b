using System.Text;
using System.Text.Json;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>Says what came back from calls.</summary>
internal static class ResultReport
{
    private const int LongestShown = 600;
    private const int MostShown = 20;

    public static string Of(IReadOnlyList<CameBack> results)
    {
        var report = new StringBuilder();
        foreach (var result in results.Take(MostShown))
        {
            report.Append(report.Length == 0 ? "" : "\n");
            if (!result.IsError && SourceReport.Of(result.Name, Text(result.Value, "\n")) is { } sources)
            {
                report.Append(sources);
                continue;
            }

            report.Append(result.Name)
                .Append(result.IsError ? " failed: " : " returned ").Append(Shorten(Text(result.Value, " "))).Append('.');
        }

        if (results.Count > MostShown)
        {
            report.Append($"\nAnd {results.Count - MostShown} more results came back.");
        }

        return report.ToString();
    }

    private static string Text(JsonElement value, string separator) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array when Texts(value, separator) is { Length: > 0 } texts => texts,
        JsonValueKind.Array when value.EnumerateArray().All(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("mime_type", out _)) => $"{value.GetArrayLength()} media",
        _ => ToolResult.Text(value),
    };

    private static string Texts(JsonElement blocks, string separator) => string.Join(separator, blocks.EnumerateArray()
        .Where(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        .Select(b => b.GetProperty("text").GetString()));

    private static string Shorten(string text) => text.Length <= LongestShown ? text.TrimEnd('.', ' ', '\n') : $"{text[..LongestShown]}… ({text.Length} characters)";
}
