using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Contracts.Events;

/// <summary>A fragment of the JSON text of a function call's arguments; parsed when the step stops (behaviour SE-6).</summary>
public sealed record ArgumentsDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "arguments_delta";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The fragment.</summary>
    public required string Arguments { get; init; }
}

/// <summary>The result of a function that the server ran.</summary>
public sealed record FunctionResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "function_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The result.</summary>
    public required JsonElement Result { get; init; }

    /// <summary>The function.</summary>
    public string? Name { get; init; }

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }
}

/// <summary>The code to run.</summary>
public sealed record CodeExecutionCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code_execution_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The code.</summary>
    public required CodeExecutionArguments Arguments { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>What the code printed.</summary>
public sealed record CodeExecutionResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code_execution_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The result.</summary>
    public required JsonElement Result { get; init; }

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>The pages to read.</summary>
public sealed record UrlContextCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_context_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The pages.</summary>
    public required UrlContextArguments Arguments { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>How the reading went.</summary>
public sealed record UrlContextResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_context_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>One entry per page.</summary>
    public required IReadOnlyList<UrlContextResult> Result { get; init; }

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>The queries.</summary>
public sealed record GoogleSearchCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_search_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The queries.</summary>
    public required SearchArguments Arguments { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>What the search gave.</summary>
public sealed record GoogleSearchResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_search_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The results.</summary>
    public required IReadOnlyList<GoogleSearchResult> Result { get; init; }

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>The queries.</summary>
public sealed record GoogleMapsCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_maps_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The queries.</summary>
    public SearchArguments? Arguments { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>Places that were found.</summary>
public sealed record GoogleMapsResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "google_maps_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The places.</summary>
    public IReadOnlyList<GoogleMapsResult>? Result { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>A search in stores began.</summary>
public sealed record FileSearchCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_search_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>Passages that were found.</summary>
public sealed record FileSearchResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_search_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The result.</summary>
    public required JsonElement Result { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>The call of an MCP tool.</summary>
public sealed record McpServerToolCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "mcp_server_tool_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The tool.</summary>
    public required string Name { get; init; }

    /// <summary>The server.</summary>
    public required string ServerName { get; init; }

    /// <summary>The arguments, an object.</summary>
    public required JsonElement Arguments { get; init; }
}

/// <summary>What the MCP tool answered.</summary>
public sealed record McpServerToolResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "mcp_server_tool_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The result.</summary>
    public required JsonElement Result { get; init; }

    /// <summary>The tool.</summary>
    public string? Name { get; init; }

    /// <summary>The server.</summary>
    public string? ServerName { get; init; }

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }
}

/// <summary>The queries.</summary>
public sealed record RetrievalCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "retrieval_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The queries.</summary>
    public required SearchArguments Arguments { get; init; }

    /// <summary>The kind of source.</summary>
    public string? RetrievalType { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>The search has ended.</summary>
public sealed record RetrievalResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "retrieval_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>True when the call failed.</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>Media analysis began.</summary>
public sealed record ProcessingCallDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "processing_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}

/// <summary>Media analysis has ended.</summary>
public sealed record ProcessingResultDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "processing_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Opaque.</summary>
    public string? Signature { get; init; }
}
