using System.Text.Json;
using AngleSharp.Html.Dom;

namespace OpenInteractions.Tools.UrlContext.Html;

/// <summary>Marks by which publishers say that a page is not free: they put them there for search engines.</summary>
internal static class PaywallMarks
{
    private const int MaxDepth = 32;

    public static bool In(IHtmlDocument document) =>
        string.Equals(document.QuerySelector("meta[property='article:content_tier'], meta[name='article:content_tier']")?.GetAttribute("content"), "locked", StringComparison.OrdinalIgnoreCase)
        || (document.QuerySelector("[itemprop=isAccessibleForFree]") is { } item && IsFalse(item.GetAttribute("content") ?? item.TextContent))
        || document.QuerySelectorAll("script[type='application/ld+json']").Any(s => IsMarked(s.TextContent));

    private static bool IsMarked(string json)
    {
        if (!json.Contains("isAccessibleForFree", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var data = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowTrailingCommas = true });
            return SaysSo(data.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Of the thing that the page is about; parts of it may be locked where the whole is not.
    private static bool SaysSo(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object =>
            (value.TryGetProperty("isAccessibleForFree", out var free) && (free.ValueKind == JsonValueKind.False || (free.ValueKind == JsonValueKind.String && IsFalse(free.GetString()!))))
            || (value.TryGetProperty("@graph", out var graph) && SaysSo(graph))
            || (value.TryGetProperty("mainEntity", out var main) && SaysSo(main)),
        JsonValueKind.Array => value.EnumerateArray().Any(SaysSo),
        _ => false,
    };

    private static bool IsFalse(string text) => text.Trim().Equals("false", StringComparison.OrdinalIgnoreCase) || text.Trim().EndsWith("schema.org/False", StringComparison.OrdinalIgnoreCase);
}
