using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>What is known of models by their ids. Servers tell nothing but ids, so this is knowledge of families; a wrong guess ends in the upstream's refusal, not in silence.</summary>
internal static partial class OpenAIModels
{
    private static readonly string[] LowToHigh = ["low", "medium", "high"];
    private static readonly string[] MinimalToHigh = ["minimal", "low", "medium", "high"];

    // Listed by the vendor, but not for conversation.
    private static readonly string[] Other =
        ["embedding", "whisper", "tts", "dall-e", "moderation", "realtime", "transcribe", "image", "sora", "babbage", "davinci", "computer-use", "-instruct", "search-api"];

    public static bool Converses(string id) => !Other.Any(o => id.Contains(o, StringComparison.OrdinalIgnoreCase));

    /// <summary>Encrypted reasoning is not promised to survive a change of model, so only the date is left out (P-2).</summary>
    public static string Family(string id) => Date().Replace(id, "");

    /// <summary>Models that hear are served by Chat Completions only.</summary>
    public static bool NeedsChat(string id) => id.Contains("audio", StringComparison.Ordinal);

    public static ModelCapabilities Capabilities(string id, bool isVendor, ChatProfile profile)
    {
        var name = id[(id.LastIndexOf('/') + 1)..];
        if (isVendor || IsVendorFamily(name))
        {
            return VendorCapabilities(name);
        }

        return new ModelCapabilities
        {
            // Nothing tells which local models see; their server refuses where they do not.
            Input = Modalities.Text | Modalities.Image | Modalities.Document | (profile.Audio ? Modalities.Audio : 0),
            ParallelCalls = profile.ParallelTools,
            StructuredOutput = profile.JsonSchema,
            StructuredOutputWithFunctions = profile.JsonSchema,
            ThinkingLevels = Thinks(name) ? LowToHigh : [],
            MayThink = !Thinks(name),
        };
    }

    /// <summary>The vendor's word for a level. Models that can switch reasoning off have no <c>minimal</c>.</summary>
    public static string Effort(string level, string id) =>
        level == "minimal" && id.StartsWith("gpt-5.", StringComparison.Ordinal) ? "none" : level;

    private static ModelCapabilities VendorCapabilities(string name)
    {
        var thinks = Thinks(name);
        var hears = NeedsChat(name);
        return new ModelCapabilities
        {
            Input = Modalities.Text | (hears ? Modalities.Audio : Modalities.Image | Modalities.Document),
            ParallelCalls = !name.StartsWith("o1", StringComparison.Ordinal) && !name.StartsWith("o3-mini", StringComparison.Ordinal),
            StructuredOutput = !hears,
            StructuredOutputWithFunctions = !hears,
            ThinkingLevels = !thinks ? [] : name.StartsWith("gpt-5", StringComparison.Ordinal) ? MinimalToHigh : LowToHigh,
            Sampling = !thinks || name.StartsWith("gpt-oss", StringComparison.Ordinal),
            InputTokenLimit = name.StartsWith("gpt-4.1", StringComparison.Ordinal) ? 1_047_576 : name.StartsWith("gpt-5", StringComparison.Ordinal) ? 272_000 : thinks ? 200_000 : 128_000,
            OutputTokenLimit = name.StartsWith("gpt-5", StringComparison.Ordinal) ? 128_000 : thinks ? 100_000 : name.StartsWith("gpt-4.1", StringComparison.Ordinal) ? 32_768 : 16_384,
        };
    }

    private static bool IsVendorFamily(string name) =>
        name.StartsWith("gpt-", StringComparison.Ordinal) || VendorReasoning().IsMatch(name);

    private static bool Thinks(string name) =>
        VendorReasoning().IsMatch(name)
        || (name.StartsWith("gpt-5", StringComparison.Ordinal) && !name.Contains("-chat", StringComparison.Ordinal))
        || name.StartsWith("gpt-oss", StringComparison.Ordinal)
        || name.Contains("deepseek-r", StringComparison.OrdinalIgnoreCase)
        || name.Contains("thinking", StringComparison.OrdinalIgnoreCase)
        || name.Contains("reason", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("qwq", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("qwen3", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"-\d{4}-?\d{2}-?\d{2}$")]
    private static partial Regex Date();

    [GeneratedRegex(@"^o[134](-|$)")]
    private static partial Regex VendorReasoning();
}
