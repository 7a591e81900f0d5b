namespace OpenInteractions.Contracts.Interactions;

/// <summary>Tokens of an interaction (wire 13). Absent members were not reported.</summary>
public sealed record Usage : WireObject
{
    /// <summary>Tokens read, cached ones included.</summary>
    public long? TotalInputTokens { get; init; }

    /// <summary>Tokens written, without thought.</summary>
    public long? TotalOutputTokens { get; init; }

    /// <summary>Tokens thought (behaviour TH-3).</summary>
    public long? TotalThoughtTokens { get; init; }

    /// <summary>Of the input, tokens found in the provider's cache (behaviour ST-19).</summary>
    public long? TotalCachedTokens { get; init; }

    /// <summary>Tokens of tool results.</summary>
    public long? TotalToolUseTokens { get; init; }

    /// <summary>Everything together.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Input tokens of the first hop of a continued call.</summary>
    public long? InitialInputTokens { get; init; }

    /// <summary>Input by modality.</summary>
    public IReadOnlyList<ModalityTokens>? InputTokensByModality { get; init; }

    /// <summary>Output by modality.</summary>
    public IReadOnlyList<ModalityTokens>? OutputTokensByModality { get; init; }

    /// <summary>Cached input by modality.</summary>
    public IReadOnlyList<ModalityTokens>? CachedTokensByModality { get; init; }

    /// <summary>Tool results by modality.</summary>
    public IReadOnlyList<ModalityTokens>? ToolUseTokensByModality { get; init; }

    /// <summary>Grounding queries.</summary>
    public IReadOnlyList<GroundingToolCount>? GroundingToolCount { get; init; }

    /// <summary>The sum of two calls' usage.</summary>
    public static Usage? Sum(Usage? a, Usage? b)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        return new Usage
        {
            TotalInputTokens = Add(a.TotalInputTokens, b.TotalInputTokens),
            TotalOutputTokens = Add(a.TotalOutputTokens, b.TotalOutputTokens),
            TotalThoughtTokens = Add(a.TotalThoughtTokens, b.TotalThoughtTokens),
            TotalCachedTokens = Add(a.TotalCachedTokens, b.TotalCachedTokens),
            TotalToolUseTokens = Add(a.TotalToolUseTokens, b.TotalToolUseTokens),
            TotalTokens = Add(a.TotalTokens, b.TotalTokens),
            InitialInputTokens = a.InitialInputTokens ?? b.InitialInputTokens,
            InputTokensByModality = Merge(a.InputTokensByModality, b.InputTokensByModality),
            OutputTokensByModality = Merge(a.OutputTokensByModality, b.OutputTokensByModality),
            CachedTokensByModality = Merge(a.CachedTokensByModality, b.CachedTokensByModality),
            ToolUseTokensByModality = Merge(a.ToolUseTokensByModality, b.ToolUseTokensByModality),
            GroundingToolCount = (a.GroundingToolCount ?? []).Concat(b.GroundingToolCount ?? [])
                .GroupBy(g => g.Type, (type, counts) => new GroundingToolCount { Type = type, Count = counts.Sum(c => c.Count) }).ToArray() is { Length: > 0 } counts ? counts : null,
        };
    }

    private static long? Add(long? a, long? b) => a is null && b is null ? null : (a ?? 0) + (b ?? 0);

    private static ModalityTokens[]? Merge(IReadOnlyList<ModalityTokens>? a, IReadOnlyList<ModalityTokens>? b) =>
        a is null && b is null
            ? null
            : [.. (a ?? []).Concat(b ?? []).GroupBy(m => m.Modality, (modality, tokens) => new ModalityTokens { Modality = modality, Tokens = tokens.Sum(t => t.Tokens) })];
}

/// <summary>Tokens of one modality.</summary>
public sealed record ModalityTokens : WireObject
{
    /// <summary><c>text</c>, <c>image</c>, <c>audio</c>, <c>video</c> or <c>document</c>.</summary>
    public string? Modality { get; init; }

    /// <summary>How many.</summary>
    public long Tokens { get; init; }
}

/// <summary>Queries of one grounding tool.</summary>
public sealed record GroundingToolCount : WireObject
{
    /// <summary><c>google_search</c>, <c>google_maps</c> or <c>retrieval</c>.</summary>
    public string? Type { get; init; }

    /// <summary>How many.</summary>
    public long Count { get; init; }
}
