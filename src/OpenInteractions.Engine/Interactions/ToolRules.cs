using System.Text.RegularExpressions;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Interactions;

/// <summary>What must hold of declared tools, in a create and in the definition of an agent.</summary>
internal static partial class ToolRules
{
    /// <summary>Most tools in a request.</summary>
    private const int MaxTools = 512;

    /// <param name="tools">What is declared, or null.</param>
    /// <param name="structured">Reads the schemas of arguments.</param>
    /// <exception cref="ApiException">Something is wrong; the message names the place and the remedy.</exception>
    public static void Check(IReadOnlyList<Tool>? tools, StructuredOutput structured)
    {
        if (tools is null)
        {
            return;
        }

        Require(tools.Count <= MaxTools, "tools", $"At most {MaxTools} tools may be declared; there are {tools.Count}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>? servers = null;
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i] is McpServerTool { Name: { } server })
            {
                // Steps name the server alone, and so does the call that a new owner of the run finds.
                Require((servers ??= new(StringComparer.Ordinal)).Add(server), $"tools[{i}].name", $"Duplicate MCP server '{Excerpt.Of(server)}' in 'tools[{i}].name': names must differ, because steps refer to a server by its name.");
            }

            if (tools[i] is not FunctionTool function)
            {
                continue;
            }

            Require(FunctionName().IsMatch(function.Name), $"tools[{i}].name", $"Invalid value for 'tools[{i}].name': a function's name has at most 128 letters, digits, '_', '-', '.' or ':' and begins with a letter or '_'.");
            Require(names.Add(function.Name), $"tools[{i}].name", $"Duplicate function '{function.Name}' in 'tools[{i}].name': names must differ.");
            if (function.Parameters is { } schema)
            {
                Require(
                    !schema.TryGetProperty("type"u8, out var type) || (type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8)),
                    $"tools[{i}].parameters.type",
                    $"Invalid value for 'tools[{i}].parameters.type': it must be 'object', in small letters: the arguments of a function are an object.");
                structured.Require(schema, $"tools[{i}].parameters");
            }
        }
    }

    /// <param name="tools">What is declared, or null.</param>
    /// <param name="kinds">The tools that this server runs.</param>
    /// <exception cref="ApiException">One of them is run by nobody here, or is declared wrongly.</exception>
    public static void CheckOffered(IReadOnlyList<Tool>? tools, ToolKinds kinds)
    {
        for (var i = 0; i < (tools?.Count ?? 0); i++)
        {
            if (tools![i] is not FunctionTool and var tool)
            {
                var place = $"tools[{i}]";
                (kinds.Find(tool.Type) ?? throw new ApiException(
                    ErrorCode.FailedPrecondition,
                    $"The tool '{tool.Type}' in '{place}' is not available on this server. Declare what you need as a 'function' and answer its calls from your application.",
                    place)).Require(tool, place);
            }
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.:-]{0,127}\\z")]
    private static partial Regex FunctionName();
}
