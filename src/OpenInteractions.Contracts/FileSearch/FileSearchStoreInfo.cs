namespace OpenInteractions.Contracts.FileSearch;

/// <summary>A store of documents in Google's shape, which is camelCase (wire 22). Numbers of 64 bits are strings.</summary>
public sealed record FileSearchStoreInfo
{
    /// <summary><c>fileSearchStores/</c> and the id.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>For a person.</summary>
    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    /// <summary>When it was made.</summary>
    [JsonPropertyName("createTime")]
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it or its documents changed last.</summary>
    [JsonPropertyName("updateTime")]
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>Documents that can be found.</summary>
    [JsonPropertyName("activeDocumentsCount")]
    public required string ActiveDocumentsCount { get; init; }

    /// <summary>Documents that are still to be read.</summary>
    [JsonPropertyName("pendingDocumentsCount")]
    public required string PendingDocumentsCount { get; init; }

    /// <summary>Documents that could not be read.</summary>
    [JsonPropertyName("failedDocumentsCount")]
    public required string FailedDocumentsCount { get; init; }

    /// <summary>Bytes of all documents, as they came.</summary>
    [JsonPropertyName("sizeBytes")]
    public required string SizeBytes { get; init; }

    /// <summary>The model that its vectors are made with.</summary>
    [JsonPropertyName("embeddingModel")]
    public string? EmbeddingModel { get; init; }
}

/// <summary>A page of stores.</summary>
public sealed record FileSearchStoreList
{
    /// <summary>The stores.</summary>
    [JsonPropertyName("fileSearchStores")]
    public required IReadOnlyList<FileSearchStoreInfo> FileSearchStores { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}
