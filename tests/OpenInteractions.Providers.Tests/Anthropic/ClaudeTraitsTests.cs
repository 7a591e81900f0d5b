using OpenInteractions.Providers.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>What an id alone says of a model (https://platform.claude.com/docs/en/models/overview).</summary>
public sealed class ClaudeTraitsTests
{
    [Theory]
    [InlineData("claude-fable-5-2", "claude-fable-5-2", "AdaptiveAlways", false, true, 128_000)]
    [InlineData("claude-opus-5-5", "claude-opus-5-5", "AdaptiveAlways", false, true, 128_000)]
    [InlineData("claude-sonnet-5-5-20260928", "claude-sonnet-5-5", "AdaptiveBetweenTools", false, true, 128_000)]
    [InlineData("claude-haiku-5-5", "claude-haiku-5-5", "AdaptiveByDefault", false, true, 128_000)]
    [InlineData("claude-opus-5", "claude-opus-5", "AdaptiveByDefault", false, false, 128_000)]
    [InlineData("claude-opus-4-8", "claude-opus-4-8", "AdaptiveOnRequest", false, false, 128_000)]
    [InlineData("claude-sonnet-4-6", "claude-sonnet-4-6", "AdaptiveOnRequest", true, false, 64_000)]
    [InlineData("claude-opus-4-5-20251101", "claude-opus-4-5", "Budget", true, false, 64_000)]
    [InlineData("claude-opus-4-1-20250805", "claude-opus-4-1", "Budget", true, false, 32_000)]
    [InlineData("claude-sonnet-4-20250514", "claude-sonnet-4", "Budget", true, false, 64_000)]
    [InlineData("claude-3-7-sonnet-20250219", "claude-3-7-sonnet", "Budget", true, false, 64_000)]
    [InlineData("claude-3-haiku-20240307", "claude-3-haiku", "None", true, false, 4096)]
    [InlineData("claude-mythos-preview", "claude-mythos-preview", "AdaptiveAlways", false, true, 128_000)]
    [InlineData("qwen3:8b", "qwen3:8b", "None", true, false, 8192)]
    public void An_id_tells_the_generation(string id, string family, string thinking, bool sampling, bool binds, int outputLimit)
    {
        var traits = ClaudeTraits.Of(id);

        Assert.Equal((family, thinking, sampling, binds, outputLimit), (traits.Family, traits.Thinking.ToString(), traits.Sampling, traits.BindsThinking, traits.OutputLimit));
    }
}
