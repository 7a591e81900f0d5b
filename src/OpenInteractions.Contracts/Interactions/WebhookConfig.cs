using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>A webhook for one interaction (behaviour WH-2).</summary>
public sealed record WebhookConfig : WireObject
{
    /// <summary>Where to deliver.</summary>
    public IReadOnlyList<string>? Uris { get; init; }

    /// <summary>Comes back with every delivery.</summary>
    [JsonObject]
    public JsonElement? UserMetadata { get; init; }
}
