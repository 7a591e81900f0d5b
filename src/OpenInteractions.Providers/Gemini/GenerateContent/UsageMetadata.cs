using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>The vendor's counts as usage. They are cumulative: the last ones of a stream count.</summary>
internal static class UsageMetadata
{
    public static Usage? ToUsage(JsonElement? metadata, int searches)
    {
        if (metadata is not { ValueKind: JsonValueKind.Object } counts)
        {
            return null;
        }

        return new Usage
        {
            TotalInputTokens = TokenCount.Of(counts, "promptTokenCount") ?? 0,
            TotalOutputTokens = TokenCount.Of(counts, "candidatesTokenCount") ?? 0,
            TotalThoughtTokens = TokenCount.Of(counts, "thoughtsTokenCount") ?? 0,
            TotalCachedTokens = TokenCount.Of(counts, "cachedContentTokenCount") ?? 0,
            TotalToolUseTokens = TokenCount.Of(counts, "toolUsePromptTokenCount") ?? 0,
            TotalTokens = TokenCount.Of(counts, "totalTokenCount"),
            InputTokensByModality = ByModality(counts, "promptTokensDetails"),
            OutputTokensByModality = ByModality(counts, "candidatesTokensDetails"),
            CachedTokensByModality = ByModality(counts, "cacheTokensDetails"),
            ToolUseTokensByModality = ByModality(counts, "toolUsePromptTokensDetails"),
            GroundingToolCount = searches > 0 ? [new GroundingToolCount { Type = "google_search", Count = searches }] : null,
        };
    }

    private static ModalityTokens[]? ByModality(JsonElement counts, string name) =>
        counts.TryGetProperty(name, out var details) && details.ValueKind == JsonValueKind.Array
            ? [.. details.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object).Select(d => new ModalityTokens { Modality = Modality(d), Tokens = TokenCount.Of(d, "tokenCount") ?? 0 })]
            : null;

    private static string? Modality(JsonElement detail) =>
        detail.TryGetProperty("modality", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()!.ToLowerInvariant() : null;
}
