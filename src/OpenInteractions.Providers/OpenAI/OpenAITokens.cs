using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Usage of both wires in our terms: output without thought, thought apart, cached within input.</summary>
internal static class OpenAITokens
{
    public static Usage? Responses(JsonElement usage) => Read(usage, "input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details");

    public static Usage? Chat(JsonElement usage) => Read(usage, "prompt_tokens", "prompt_tokens_details", "completion_tokens", "completion_tokens_details");

    private static Usage? Read(JsonElement usage, string inputName, string inputDetails, string outputName, string outputDetails)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var input = TokenCount.Of(usage, inputName);
        var all = TokenCount.Of(usage, outputName);
        // A second name for cached tokens: servers without the details object.
        var cached = TokenCount.Of(usage, inputDetails, "cached_tokens") ?? TokenCount.Of(usage, "prompt_cache_hit_tokens");
        var thought = TokenCount.Of(usage, outputDetails, "reasoning_tokens") ?? 0;
        var output = all - Math.Min(thought, all ?? 0);
        return new Usage
        {
            TotalInputTokens = input,
            TotalOutputTokens = output,
            TotalThoughtTokens = thought,
            TotalCachedTokens = cached ?? 0,
            TotalTokens = TokenCount.Of(usage, "total_tokens") ?? (input ?? 0) + (all ?? 0),
            InputTokensByModality = ByModality(input, TokenCount.Of(usage, inputDetails, "audio_tokens")),
            OutputTokensByModality = ByModality(output, TokenCount.Of(usage, outputDetails, "audio_tokens")),
            CachedTokensByModality = cached is > 0 ? [new ModalityTokens { Modality = "text", Tokens = cached.Value }] : null,
        };
    }

    private static List<ModalityTokens>? ByModality(long? all, long? audio)
    {
        if (all is null)
        {
            return null;
        }

        var heard = Math.Clamp(audio ?? 0, 0, all.Value);
        var text = new ModalityTokens { Modality = "text", Tokens = all.Value - heard };
        return heard == 0 ? [text] : [text, new ModalityTokens { Modality = "audio", Tokens = heard }];
    }
}
