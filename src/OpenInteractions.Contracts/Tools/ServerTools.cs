using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tools;

/// <summary>Runs code in a sandbox.</summary>
public sealed record CodeExecutionTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code_execution";

    /// <inheritdoc/>
    public override string Type => TypeName;
}

/// <summary>Searches the web.</summary>
public sealed record GoogleSearchTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_search";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Kinds of search allowed.</summary>
    [WireEnum("web_search", "image_search", "enterprise_web_search")]
    public IReadOnlyList<string>? SearchTypes { get; init; }
}

/// <summary>Reads pages.</summary>
public sealed record UrlContextTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_context";

    /// <inheritdoc/>
    public override string Type => TypeName;
}

/// <summary>Finds places.</summary>
public sealed record GoogleMapsTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_maps";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Where the user is, degrees north.</summary>
    [WireRange(-90, 90)]
    public double? Latitude { get; init; }

    /// <summary>Where the user is, degrees east.</summary>
    [WireRange(-180, 180)]
    public double? Longitude { get; init; }

    /// <summary>Asks for a widget token.</summary>
    public bool? EnableWidget { get; init; }
}

/// <summary>Searches file search stores.</summary>
public sealed record FileSearchTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_search";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The stores.</summary>
    public IReadOnlyList<string>? FileSearchStoreNames { get; init; }

    /// <summary>A filter over the documents' metadata.</summary>
    public string? MetadataFilter { get; init; }

    /// <summary>How many passages at most.</summary>
    [WireRange(1, 1000)]
    public int? TopK { get; init; }
}

/// <summary>Operates a screen; the client carries the actions out (behaviour TL-7).</summary>
public sealed record ComputerUseTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "computer_use";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary><c>browser</c>, <c>mobile</c> or <c>desktop</c>.</summary>
    [WireEnum("browser", "mobile", "desktop")]
    public string? Environment { get; init; }

    /// <summary>Predefined functions that the model may not use.</summary>
    public IReadOnlyList<string>? ExcludedPredefinedFunctions { get; init; }

    /// <summary>Looks for injected instructions on the screen.</summary>
    public bool? EnablePromptInjectionDetection { get; init; }

    /// <summary>Safety policies that are switched off.</summary>
    [WireEnum("financial_transactions", "sensitive_data_modification", "communication_tool", "account_creation", "data_modification", "user_consent_management", "legal_terms_and_agreements")]
    public IReadOnlyList<string>? DisabledSafetyPolicies { get; init; }
}

/// <summary>Searches an enterprise source.</summary>
public sealed record RetrievalTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "retrieval";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Kinds of source.</summary>
    [WireEnum("vertex_ai_search", "rag_store", "exa_ai_search", "parallel_ai_search")]
    public IReadOnlyList<string>? RetrievalTypes { get; init; }

    /// <summary>Vertex AI Search.</summary>
    [JsonObject]
    public JsonElement? VertexAiSearchConfig { get; init; }

    /// <summary>RAG store.</summary>
    [JsonObject]
    public JsonElement? RagStoreConfig { get; init; }

    /// <summary>Exa.</summary>
    [JsonObject]
    public JsonElement? ExaAiSearchConfig { get; init; }

    /// <summary>Parallel.</summary>
    [JsonObject]
    public JsonElement? ParallelAiSearchConfig { get; init; }
}
