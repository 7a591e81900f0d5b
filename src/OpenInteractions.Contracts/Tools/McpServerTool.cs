using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tools;

/// <summary>Tools of a remote MCP server over streamable HTTP (behaviour TL-8).</summary>
public sealed record McpServerTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "mcp_server";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The name by which steps refer to the server; without <c>-</c>.</summary>
    [NotEmpty]
    public string? Name { get; init; }

    /// <summary>The server's address.</summary>
    [NotEmpty]
    public string? Url { get; init; }

    /// <summary>Headers sent on every request; never echoed, as they may hold secrets.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The credential that is sent on every request (behaviour TL-11). A header of the same name in <see cref="Headers"/> is sent in its place.</summary>
    [NotEmpty]
    public string? Credential { get; init; }

    /// <summary>Limits what may be called.</summary>
    public IReadOnlyList<AllowedTools>? AllowedTools { get; init; }
}

/// <summary>A list of tools that may be used, and how.</summary>
public sealed record AllowedTools : WireObject
{
    /// <summary><c>auto</c>, <c>any</c>, <c>none</c> or <c>validated</c>.</summary>
    [WireEnum("auto", "any", "none", "validated")]
    public string? Mode { get; init; }

    /// <summary>The names.</summary>
    public IReadOnlyList<string>? Tools { get; init; }
}
