using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.FileSearch;

/// <summary>What becomes of an upload or an import (google.longrunning.Operation).</summary>
public sealed record DocumentOperation
{
    /// <summary><c>fileSearchStores/STORE/upload/operations/ID</c>.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>True when the document can be found, or has failed.</summary>
    [JsonPropertyName("done")]
    public required bool Done { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public GoogleError? Error { get; init; }

    /// <summary>The document, when it can be found.</summary>
    [JsonPropertyName("response")]
    public DocumentOperationResponse? Response { get; init; }
}

/// <summary>The document that an operation made.</summary>
public sealed record DocumentOperationResponse
{
    /// <summary>The store's name.</summary>
    [JsonPropertyName("parent")]
    public required string Parent { get; init; }

    /// <summary>The document's name.</summary>
    [JsonPropertyName("documentName")]
    public required string DocumentName { get; init; }

    /// <summary>Its media type.</summary>
    [JsonPropertyName("mimeType")]
    public string? MimeType { get; init; }

    /// <summary>Its length, in bytes.</summary>
    [JsonPropertyName("sizeBytes")]
    public string? SizeBytes { get; init; }
}
