namespace OpenInteractions.Tools.Engines;

/// <summary>The queries of a call, however the model put them: as the list that was asked for, or as one text.</summary>
internal static class QueryList
{
    /// <param name="arguments">What the model wrote.</param>
    /// <param name="longest">Characters of a query; a longer one is cut.</param>
    public static IReadOnlyList<string> Of(JsonElement arguments, int longest)
    {
        if (arguments.ValueKind != JsonValueKind.Object || (!arguments.TryGetProperty("queries"u8, out var given) && !arguments.TryGetProperty("query"u8, out given)))
        {
            return [];
        }

        IEnumerable<JsonElement> texts = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray() : [given];
        return [.. texts.Where(t => t.ValueKind == JsonValueKind.String).Select(t => Shorten(t.GetString()!.Trim(), longest)).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static string Shorten(string query, int longest) => query.Length <= longest ? query : query[..(char.IsHighSurrogate(query[longest - 1]) ? longest - 1 : longest)];
}
