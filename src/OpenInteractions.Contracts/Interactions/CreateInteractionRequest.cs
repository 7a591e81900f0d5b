using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>The body of <c>POST /{v}/interactions</c> (wire 3.1). Exactly one of <see cref="Model"/> and <see cref="Agent"/> is set (behaviour TR-1).</summary>
public sealed record CreateInteractionRequest
{
    /// <summary>The model's id or alias; a <c>models/</c> prefix is allowed (behaviour TR-10).</summary>
    public string? Model { get; init; }

    /// <summary>A built-in or stored agent's id.</summary>
    public string? Agent { get; init; }

    /// <summary>What the user gives in this turn. Required; optional here because the check that says so has words of its own.</summary>
    public InteractionInput? Input { get; init; }

    /// <summary>Instructions for this interaction only (behaviour ST-3).</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>Tools for this interaction only (behaviour ST-3).</summary>
    public IReadOnlyList<Tool>? Tools { get; init; }

    /// <summary>Generation settings for this interaction only; models only.</summary>
    public GenerationConfig? GenerationConfig { get; init; }

    /// <summary>Settings of the agent; agents only.</summary>
    public AgentConfig? AgentConfig { get; init; }

    /// <summary>What the output must look like: one entry, or one per modality (behaviour SO-1).</summary>
    [JsonConverter(typeof(OneOrManyConverter<ResponseFormat>))]
    public OneOrMany<ResponseFormat>? ResponseFormat { get; init; }

    /// <summary>The interaction whose conversation this one continues.</summary>
    [NotEmpty]
    public string? PreviousInteractionId { get; init; }

    /// <summary>False: nothing is kept, and nothing can continue this interaction. Default true (behaviour ST-1).</summary>
    public bool? Store { get; init; }

    /// <summary>True: answer at once and go on working. Default false. Needs <see cref="Store"/> (behaviour ST-13).</summary>
    public bool? Background { get; init; }

    /// <summary>True: answer with server-sent events. Default false.</summary>
    public bool? Stream { get; init; }

    /// <summary><c>remote</c> for a new sandbox, the id of one, or its description.</summary>
    [JsonConverter(typeof(StringOrConverter<EnvironmentSpec>))]
    public StringOr<EnvironmentSpec>? Environment { get; init; }

    /// <summary><c>flex</c>, <c>standard</c> (default), <c>priority</c> or <c>deferred</c>.</summary>
    [WireEnum("flex", "standard", "priority", "deferred")]
    public string? ServiceTier { get; init; }

    /// <summary>Safety thresholds, applied where the provider has them (behaviour SA-1).</summary>
    public IReadOnlyList<SafetySetting>? SafetySettings { get; init; }

    /// <summary>The caller's own marks; see <see cref="LabelRules"/>.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Where to report the end of this interaction; needs <see cref="Background"/> (behaviour WH-2).</summary>
    public WebhookConfig? WebhookConfig { get; init; }

    /// <summary>A token of an interaction that ended as <c>requires_continuation</c>. This server issues none.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Deprecated at the vendor; explicit cache handles are not part of this API (behaviour ST-19).</summary>
    public string? CachedContent { get; init; }

    /// <summary>Deprecated: replaced by <see cref="ResponseFormat"/>.</summary>
    [WireEnum("text", "image", "audio", "video", "document")]
    public IReadOnlyList<string>? ResponseModalities { get; init; }

    /// <summary>Deprecated: replaced by <see cref="ResponseFormat"/>.</summary>
    [WireEnum("application/json", "text/plain")]
    public string? ResponseMimeType { get; init; }
}
