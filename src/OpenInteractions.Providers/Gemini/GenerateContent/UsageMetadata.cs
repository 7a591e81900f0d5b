namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>The vendor's counts as usage. They are cumulative: the last ones of a stream count.</summary>
internal static class UsageMetadata
{
    public static Usage? ToUsage(GeminiUsageMetadata? counts, int searches)
    {
        if (counts is null)
        {
            return null;
        }

        return new Usage
        {
            TotalInputTokens = counts.PromptTokenCount ?? 0,
            TotalOutputTokens = counts.CandidatesTokenCount ?? 0,
            TotalThoughtTokens = counts.ThoughtsTokenCount ?? 0,
            TotalCachedTokens = counts.CachedContentTokenCount ?? 0,
            TotalToolUseTokens = counts.ToolUsePromptTokenCount ?? 0,
            TotalTokens = counts.TotalTokenCount,
            InputTokensByModality = ByModality(counts.PromptTokensDetails),
            OutputTokensByModality = ByModality(counts.CandidatesTokensDetails),
            CachedTokensByModality = ByModality(counts.CacheTokensDetails),
            ToolUseTokensByModality = ByModality(counts.ToolUsePromptTokensDetails),
            GroundingToolCount = searches > 0 ? [new GroundingToolCount { Type = "google_search", Count = searches }] : null,
        };
    }

    private static ModalityTokens[]? ByModality(IReadOnlyList<GeminiModalityCount>? details) =>
        details?.Select(d => new ModalityTokens { Modality = d.Modality?.ToLowerInvariant(), Tokens = d.TokenCount ?? 0 }).ToArray();
}
