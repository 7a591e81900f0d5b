using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Steps;

/// <summary>A call of a remote MCP server's tool.</summary>
public sealed record McpServerToolCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "mcp_server_tool_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>The tool.</summary>
    [NotEmpty]
    public required string Name { get; init; }

    /// <summary>The server, as named in the request.</summary>
    [NotEmpty]
    public required string ServerName { get; init; }

    /// <summary>The arguments, an object.</summary>
    [JsonObject]
    public required JsonElement Arguments { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>What the tool answered.</summary>
public sealed record McpServerToolResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "mcp_server_tool_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>What came back: a string, an object, or a list of content blocks.</summary>
    [ToolResult]
    public required JsonElement Result { get; init; }

    /// <summary>The tool.</summary>
    public string? Name { get; init; }

    /// <summary>The server.</summary>
    public string? ServerName { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}
