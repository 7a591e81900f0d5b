namespace OpenInteractions.Contracts.Models;

/// <summary>A model in the shape of Google's models route, which is camelCase (wire 22).</summary>
public sealed record ModelInfo
{
    /// <summary><c>models/</c> and the id.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The version, or empty.</summary>
    [JsonPropertyName("version")]
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>For a person.</summary>
    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    /// <summary>For a person.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; init; }

    /// <summary>Most tokens in.</summary>
    [JsonPropertyName("inputTokenLimit")]
    public int? InputTokenLimit { get; init; }

    /// <summary>Most tokens out.</summary>
    [JsonPropertyName("outputTokenLimit")]
    public int? OutputTokenLimit { get; init; }

    /// <summary>Routes that take this model.</summary>
    [JsonPropertyName("supportedGenerationMethods")]
    public IReadOnlyList<string> SupportedGenerationMethods { get; init => field = value ?? []; } = [];

    /// <summary>True when the model thinks.</summary>
    [JsonPropertyName("thinking")]
    public bool? Thinking { get; init; }
}

/// <summary>A page of models.</summary>
public sealed record ModelList
{
    /// <summary>The models.</summary>
    [JsonPropertyName("models")]
    public required IReadOnlyList<ModelInfo> Models { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}
