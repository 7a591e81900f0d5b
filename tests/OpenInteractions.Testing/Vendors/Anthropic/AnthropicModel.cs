using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>What one generation of models accepts; the requests that break it are refused.</summary>
internal sealed record AnthropicModel(string Id, int MaxTokens)
{
    public bool Budget { get; init; }

    public bool Adaptive { get; init; }

    public bool CanDisableThinking { get; init; } = true;

    /// <summary>Takes <c>thinking.type = between_tools</c> instead of <c>disabled</c>.</summary>
    public bool BetweenTools { get; init; }

    public bool ThinksUnlessTold { get; init; }

    public bool OmitsThinkingText { get; init; }

    public bool Effort { get; init; }

    public bool ExtraEffort { get; init; }

    public bool Sampling { get; init; }

    public bool ForcedTools { get; init; } = true;

    public bool Prefill { get; init; }

    /// <summary>A thinking block is bound to everything that stood before it when it was made.</summary>
    public bool BindsThinking { get; init; }

    public static readonly IReadOnlyList<AnthropicModel> All =
    [
        new("claude-fable-5-2", 128_000) { Adaptive = true, CanDisableThinking = false, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true, ForcedTools = false, BindsThinking = true },
        new("claude-opus-5-5", 128_000) { Adaptive = true, CanDisableThinking = false, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true, ForcedTools = false, BindsThinking = true },
        new("claude-sonnet-5-5", 128_000) { Adaptive = true, CanDisableThinking = false, BetweenTools = true, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true, ForcedTools = false, BindsThinking = true },
        new("claude-haiku-5-5", 128_000) { Adaptive = true, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true, BindsThinking = true },
        new("claude-opus-5", 128_000) { Adaptive = true, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true },
        new("claude-sonnet-5", 128_000) { Adaptive = true, ThinksUnlessTold = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true },
        new("claude-opus-4-7", 128_000) { Adaptive = true, OmitsThinkingText = true, Effort = true, ExtraEffort = true },
        new("claude-sonnet-4-6", 64_000) { Adaptive = true, Budget = true, Effort = true, Sampling = true },
        new("claude-opus-4-5-20251101", 64_000) { Budget = true, Effort = true, Sampling = true, Prefill = true },
        new("claude-sonnet-4-5-20250929", 64_000) { Budget = true, Sampling = true, Prefill = true },
        new("claude-haiku-4-5-20251001", 64_000) { Budget = true, Sampling = true, Prefill = true },
    ];

    /// <summary>An id without its date names the same model.</summary>
    public static AnthropicModel? Find(string id) =>
        All.FirstOrDefault(m => m.Id == id || (m.Id.StartsWith(id + "-20", StringComparison.Ordinal) && m.Id.Length == id.Length + 9));

    public JsonObject ToJson() => new()
    {
        ["type"] = "model",
        ["id"] = Id,
        ["display_name"] = Id,
        ["created_at"] = "2026-01-01T00:00:00Z",
        ["lifecycle"] = "active",
        ["max_input_tokens"] = MaxTokens == 128_000 ? 1_000_000 : 200_000,
        ["max_tokens"] = MaxTokens,
        ["capabilities"] = new JsonObject
        {
            ["image_input"] = Support(yes: true),
            ["pdf_input"] = Support(yes: true),
            ["structured_outputs"] = Support(yes: true),
            ["citations"] = Support(yes: true),
            ["effort"] = new JsonObject { ["supported"] = Effort, ["low"] = Support(Effort), ["medium"] = Support(Effort), ["high"] = Support(Effort), ["xhigh"] = Support(ExtraEffort), ["max"] = Support(ExtraEffort) },
            ["thinking"] = new JsonObject
            {
                ["supported"] = true,
                ["types"] = new JsonObject { ["adaptive"] = Support(Adaptive), ["enabled"] = Support(Budget), ["disabled"] = Support(CanDisableThinking), ["between_tools"] = Support(BetweenTools) },
            },
        },
    };

    private static JsonObject Support(bool yes) => new() { ["supported"] = yes };
}
