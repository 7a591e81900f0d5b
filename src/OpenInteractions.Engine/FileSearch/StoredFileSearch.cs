namespace OpenInteractions.Engine.FileSearch;

/// <summary>A store of documents.</summary>
public sealed record FileSearchStore
{
    /// <summary>Orders stores by their age; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The name without its collection.</summary>
    public required string Id { get; init; }

    /// <summary>For a person, or null.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The model that its vectors are made with, as <c>provider/model</c>, or null.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it or its documents changed last.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Documents that can be found.</summary>
    public long Active { get; init; }

    /// <summary>Documents that are still to be read.</summary>
    public long Pending { get; init; }

    /// <summary>Documents that could not be read.</summary>
    public long Failed { get; init; }

    /// <summary>Bytes of all documents, as they came.</summary>
    public long Bytes { get; init; }
}

/// <summary>What has become of a document.</summary>
public enum DocumentState
{
    /// <summary>Its bytes are kept; it is still to be read.</summary>
    Pending,

    /// <summary>It can be found.</summary>
    Active,

    /// <summary>It cannot be read.</summary>
    Failed,
}

/// <summary>A document of a store.</summary>
public sealed record FileSearchDocument
{
    /// <summary>Orders documents by their age.</summary>
    public required long Number { get; init; }

    /// <summary>Its id within the store.</summary>
    public required string Id { get; init; }

    /// <summary>For a person.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Its media type.</summary>
    public required string MimeType { get; init; }

    /// <summary>Its length, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What has become of it.</summary>
    public required DocumentState State { get; init; }

    /// <summary>Why it cannot be read, for its owner; null unless it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>What its owner said of it.</summary>
    public required IReadOnlyList<CustomMetadata> Metadata { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset Updated { get; init; }
}

/// <summary>A document whose bytes are still to come.</summary>
public sealed record NewDocument
{
    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The store's id.</summary>
    public required string Store { get; init; }

    /// <summary>Its id within the store.</summary>
    public required string Id { get; init; }

    /// <summary>For a person.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Its media type.</summary>
    public required string MimeType { get; init; }

    /// <summary>What its owner said of it.</summary>
    public IReadOnlyList<CustomMetadata> Metadata { get; init; } = [];

    /// <summary>How it is cut.</summary>
    public Chunking Chunking { get; init; } = new();

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset Created { get; init; }
}
