using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Tools.Mcp;

/// <summary>A declared server whose fields are right (protocols M-1).</summary>
internal sealed record ServerDeclaration(string Name, Uri Url, IReadOnlyDictionary<string, string> Headers, string? Credential, AllowedNames Allowed)
{
    private const int MaxName = 64;

    /// <summary>Reads a declaration.</summary>
    /// <exception cref="ApiException">A field is wrong; the message names it and says what would be right.</exception>
    public static ServerDeclaration Read(McpServerTool declared, OutboundGuard guard, string path)
    {
        if (declared.Name is not { Length: > 0 } name)
        {
            throw Wrong($"{path}.name", $"'{path}.name' is missing: steps refer to an MCP server by its name.");
        }

        if (name.Contains('-'))
        {
            throw Wrong($"{path}.name", $"Invalid value for '{path}.name': the name of an MCP server has no '-'. Use '_' or nothing instead.");
        }

        if (name.Length > MaxName || name.Any(char.IsControl) || string.IsNullOrWhiteSpace(name))
        {
            throw Wrong($"{path}.name", $"Invalid value for '{path}.name': the name of an MCP server has at most {MaxName} characters, such as letters, digits and '_'.");
        }

        if (declared.Url is not { Length: > 0 } url)
        {
            throw Wrong($"{path}.url", $"'{path}.url' is missing: it is the server's address for streamable HTTP.");
        }

        var headers = declared.Headers ?? new Dictionary<string, string>();
        if (HeaderRules.FaultOf(headers) is { } fault)
        {
            throw Wrong($"{path}.headers", $"Invalid value for '{path}.headers': {fault}.");
        }

        var address = guard.Require(url, $"{path}.url");
        return declared.Credential is not null && address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback
            ? throw Wrong($"{path}.url", $"Invalid value for '{path}.url': its 'credential' would be readable on its way. Use an https address.")
            : new ServerDeclaration(name, address, headers, declared.Credential, new AllowedNames(declared.AllowedTools));
    }

    // The records' own would print the headers.
    public override string ToString() => Name;

    private static ApiException Wrong(string field, string message) => new(ErrorCode.InvalidRequest, message, field);
}
