using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.FileSearch;

/// <summary>A document of a store (wire 22).</summary>
public sealed record DocumentInfo
{
    /// <summary><c>fileSearchStores/STORE/documents/</c> and the id.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>For a person.</summary>
    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    /// <summary>What its owner said of it.</summary>
    [JsonPropertyName("customMetadata")]
    public IReadOnlyList<MetadataEntry>? CustomMetadata { get; init; }

    /// <summary>When it was begun.</summary>
    [JsonPropertyName("createTime")]
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it changed last.</summary>
    [JsonPropertyName("updateTime")]
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary><c>STATE_PENDING</c>, <c>STATE_ACTIVE</c> or <c>STATE_FAILED</c>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Its length, in bytes.</summary>
    [JsonPropertyName("sizeBytes")]
    public required string SizeBytes { get; init; }

    /// <summary>Its media type.</summary>
    [JsonPropertyName("mimeType")]
    public string? MimeType { get; init; }

    /// <summary>Why it cannot be read; only of one that failed.</summary>
    [JsonPropertyName("error")]
    public GoogleError? Error { get; init; }
}

/// <summary>A page of documents.</summary>
public sealed record DocumentList
{
    /// <summary>The documents.</summary>
    [JsonPropertyName("documents")]
    public required IReadOnlyList<DocumentInfo> Documents { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>Something that a document's owner says of it: a key, and one of the three values.</summary>
public sealed record MetadataEntry
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>A text.</summary>
    [JsonPropertyName("stringValue")]
    public string? StringValue { get; init; }

    /// <summary>Several texts.</summary>
    [JsonPropertyName("stringListValue")]
    public StringList? StringListValue { get; init; }

    /// <summary>A number.</summary>
    [JsonPropertyName("numericValue")]
    public double? NumericValue { get; init; }
}

/// <summary>Several texts.</summary>
public sealed record StringList
{
    /// <summary>The texts.</summary>
    [JsonPropertyName("values")]
    public IReadOnlyList<string> Values { get; init => field = value ?? []; } = [];
}
