using System.Collections.Immutable;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>A model as the fake serves it.</summary>
/// <param name="Levels">Thinking levels that it takes; empty: it takes a token budget instead (2.5) or does not think.</param>
/// <param name="Budget">Range of the thinking budget, besides -1 (dynamic); null: no budget.</param>
/// <param name="NeedsSignatures">Calls of the current turn must come back signed (3.0 and later).</param>
/// <param name="Output">Modalities that it produces, in the vendor's upper case.</param>
public sealed record GeminiModel(
    string Id,
    int InputTokenLimit,
    int OutputTokenLimit,
    bool Thinking,
    ImmutableArray<string> Levels,
    (int Least, int Most, bool Off)? Budget,
    bool NeedsSignatures,
    ImmutableArray<string> Output,
    ImmutableArray<string> Methods)
{
    /// <summary>Made for screens, with the older functions for browsers, and with pictures in the results of functions.</summary>
    public bool IsForScreens => Id.Contains("-computer-use", StringComparison.Ordinal);

    /// <summary>Takes the tool for screens.</summary>
    public bool OperatesScreens => IsForScreens || (NeedsSignatures && Output.Length == 1 && !Id.Contains("-lite", StringComparison.Ordinal));

    private static readonly ImmutableArray<string> Generation = ["generateContent", "countTokens"];
    private static readonly ImmutableArray<string> TextOnly = ["TEXT"];

    public static ImmutableArray<GeminiModel> All { get; } =
    [
        Leveled("gemini-3.8-flash", "LOW", "MEDIUM", "HIGH"),
        Leveled("gemini-3.7-flash", "LOW", "MEDIUM", "HIGH"),
        Leveled("gemini-3.6-flash", "MINIMAL", "LOW", "MEDIUM", "HIGH"),
        Leveled("gemini-3.1-pro-preview", "LOW", "MEDIUM", "HIGH"),
        Leveled("gemini-3.1-flash-lite", "MINIMAL", "LOW", "MEDIUM", "HIGH"),
        new("gemini-2.5-flash", 1_048_576, 65_536, Thinking: true, [], (1, 24_576, Off: true), NeedsSignatures: false, TextOnly, Generation),
        new("gemini-2.5-pro", 1_048_576, 65_536, Thinking: true, [], (128, 32_768, Off: false), NeedsSignatures: false, TextOnly, Generation),
        new("gemini-2.5-computer-use-preview-10-2025", 128_000, 65_536, Thinking: true, [], (128, 32_768, Off: false), NeedsSignatures: false, TextOnly, Generation),
        Leveled("gemini-nano-banana-2.1", "MINIMAL", "HIGH") with { InputTokenLimit = 65_536, OutputTokenLimit = 32_768, Output = ["TEXT", "IMAGE"] },
        new("gemini-3.8-flash-tts", 8_192, 16_384, Thinking: false, [], Budget: null, NeedsSignatures: false, ["AUDIO"], Generation),
        new("gemini-embedding-001", 2_048, 1, Thinking: false, [], Budget: null, NeedsSignatures: false, [], ["embedContent"]),
    ];

    private static GeminiModel Leveled(string id, params string[] levels) =>
        new(id, 1_048_576, 65_536, Thinking: true, [.. levels], Budget: null, NeedsSignatures: true, TextOnly, Generation);
}
