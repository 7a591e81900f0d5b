using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Steps;

/// <summary>Queries to look up.</summary>
public sealed record SearchArguments : WireObject
{
    /// <summary>The queries; absent and null read as none.</summary>
    public IReadOnlyList<string> Queries { get; init => field = value ?? []; } = [];
}

/// <summary>A web search that the server makes.</summary>
public sealed record GoogleSearchCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_search_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>What to look up.</summary>
    public required SearchArguments Arguments { get; init; }

    /// <summary><c>web_search</c>, <c>image_search</c> or <c>enterprise_web_search</c>.</summary>
    [WireEnum("web_search", "image_search", "enterprise_web_search")]
    public string? SearchType { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>What the search gave; sources travel as citations on the text.</summary>
public sealed record GoogleSearchResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_search_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>One entry per search.</summary>
    public required IReadOnlyList<GoogleSearchResult> Result { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>What one search gave.</summary>
public sealed record GoogleSearchResult : WireObject
{
    /// <summary>HTML that shows related searches (behaviour TL-12).</summary>
    public string? SearchSuggestions { get; init; }
}

/// <summary>A search for places.</summary>
public sealed record GoogleMapsCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_maps_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>What to look up.</summary>
    public SearchArguments? Arguments { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Places that were found.</summary>
public sealed record GoogleMapsResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_maps_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>What was found.</summary>
    public required IReadOnlyList<GoogleMapsResult> Result { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>What one search for places gave.</summary>
public sealed record GoogleMapsResult : WireObject
{
    /// <summary>The places.</summary>
    public IReadOnlyList<MapsPlace>? Places { get; init; }

    /// <summary>Opens a map with these places.</summary>
    public string? WidgetContextToken { get; init; }
}

/// <summary>A place.</summary>
public sealed record MapsPlace : WireObject
{
    /// <summary>The place's name.</summary>
    public string? Name { get; init; }

    /// <summary>The place's id.</summary>
    public string? PlaceId { get; init; }

    /// <summary>A page about the place.</summary>
    public string? Url { get; init; }

    /// <summary>Reviews.</summary>
    public IReadOnlyList<ReviewSnippet>? ReviewSnippets { get; init; }
}

/// <summary>A search in file search stores.</summary>
public sealed record FileSearchCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_search_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Passages that were found.</summary>
public sealed record FileSearchResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_search_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>Earlier revisions carry the passages here; the wire types them nowhere.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>A search in an enterprise source.</summary>
public sealed record RetrievalCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "retrieval_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>What to look up.</summary>
    public required SearchArguments Arguments { get; init; }

    /// <summary>The kind of source.</summary>
    [WireEnum("vertex_ai_search", "rag_store", "exa_ai_search", "parallel_ai_search")]
    public string? RetrievalType { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>The search has ended.</summary>
public sealed record RetrievalResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "retrieval_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}
