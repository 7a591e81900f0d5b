using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>A threshold above which output is blocked (wire 10.4).</summary>
public sealed record SafetySetting : WireObject
{
    /// <summary>The kind of harm.</summary>
    [WireEnum("hate_speech", "dangerous_content", "harassment", "sexually_explicit", "civic_integrity", "image_hate", "image_dangerous_content", "image_harassment", "image_sexually_explicit", "jailbreak")]
    public required string Type { get; init; }

    /// <summary>From where on.</summary>
    [WireEnum("block_low_and_above", "block_medium_and_above", "block_only_high", "block_none", "off")]
    public required string Threshold { get; init; }

    /// <summary><c>severity</c> or <c>probability</c> (default).</summary>
    [WireEnum("severity", "probability")]
    public string? Method { get; init; }
}
