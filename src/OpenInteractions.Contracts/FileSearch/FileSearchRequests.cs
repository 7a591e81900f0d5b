using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.FileSearch;

/// <summary>Makes a store.</summary>
public sealed record CreateFileSearchStoreRequest
{
    /// <summary>For a person.</summary>
    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    /// <summary>The model that its vectors are to be made with.</summary>
    [JsonPropertyName("embeddingModel")]
    public string? EmbeddingModel { get; init; }
}

/// <summary>Begins the upload of a document.</summary>
public sealed record UploadDocumentRequest
{
    /// <summary>For a person.</summary>
    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    /// <summary>Its media type.</summary>
    [JsonPropertyName("mimeType")]
    [MediaType]
    public string? MimeType { get; init; }

    /// <summary>What its owner says of it.</summary>
    [JsonPropertyName("customMetadata")]
    public IReadOnlyList<MetadataEntry>? CustomMetadata { get; init; }

    /// <summary>How it is cut.</summary>
    [JsonPropertyName("chunkingConfig")]
    public ChunkingConfig? ChunkingConfig { get; init; }
}

/// <summary>Takes a file of the Files API into a store.</summary>
public sealed record ImportFileRequest
{
    /// <summary><c>files/…</c>.</summary>
    [JsonPropertyName("fileName")]
    [NotEmpty]
    public required string FileName { get; init; }

    /// <summary>What its owner says of it.</summary>
    [JsonPropertyName("customMetadata")]
    public IReadOnlyList<MetadataEntry>? CustomMetadata { get; init; }

    /// <summary>How it is cut.</summary>
    [JsonPropertyName("chunkingConfig")]
    public ChunkingConfig? ChunkingConfig { get; init; }
}

/// <summary>How a document is cut into pieces.</summary>
public sealed record ChunkingConfig
{
    /// <summary>At white space.</summary>
    [JsonPropertyName("whiteSpaceConfig")]
    public WhiteSpaceConfig? WhiteSpaceConfig { get; init; }
}

/// <summary>Pieces that end at white space.</summary>
public sealed record WhiteSpaceConfig
{
    /// <summary>Most tokens of a piece.</summary>
    [JsonPropertyName("maxTokensPerChunk")]
    [WireRange(16, 2048)]
    public int? MaxTokensPerChunk { get; init; }

    /// <summary>Tokens that a piece repeats of the one before.</summary>
    [JsonPropertyName("maxOverlapTokens")]
    [WireRange(0, 1024)]
    public int? MaxOverlapTokens { get; init; }
}
