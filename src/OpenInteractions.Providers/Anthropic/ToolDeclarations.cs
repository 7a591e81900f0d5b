using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>The tools of a request, the choice among them, and the way back from the service's names to ours.</summary>
internal sealed class ToolDeclarations
{
    private const string CalledBefore = "Was called earlier in this conversation.";

    private readonly Dictionary<string, string> _native = [];

    private ToolDeclarations(IReadOnlyList<FunctionTool> functions, IReadOnlyList<Tool> serverTools, string? choice = null, string? forcedName = null)
    {
        Functions = functions;
        ServerTools = serverTools;
        Choice = choice;
        ForcedName = forcedName;
        foreach (var function in functions)
        {
            _native[WireNames.Fit(function.Name)] = function.Name;
        }
    }

    public IReadOnlyList<FunctionTool> Functions { get; }

    public IReadOnlyList<Tool> ServerTools { get; }

    /// <summary><c>any</c>, <c>tool</c>, <c>none</c>, or null for the service's default.</summary>
    public string? Choice { get; }

    public string? ForcedName { get; }

    /// <summary>Arguments must fit their schema: the service enforces the schemas that it can.</summary>
    public bool IsValidated { get; private init; }

    public bool IsForced => Choice is "any" or "tool";

    public bool IsEmpty => Functions.Count + ServerTools.Count == 0;

    public static ToolDeclarations For(ModelRequest request, ClaudeTraits traits)
    {
        var functions = request.Functions;
        var serverTools = request.NativeTools;
        var choice = request.Config.ToolChoice;
        var mode = choice?.Text ?? choice?.Value?.AllowedTools.Mode ?? ToolChoiceMode.Auto;
        if (choice?.Value?.AllowedTools.Tools is { } allowed)
        {
            functions = [.. functions.Where(f => allowed.Contains(f.Name))];
            serverTools = [.. serverTools.Where(t => allowed.Contains(t.Type))];
        }

        if (functions.Count + serverTools.Count == 0)
        {
            return new ToolDeclarations([], []);
        }

        if (mode == ToolChoiceMode.Any && !traits.ForcedTools)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition,
                $"generation_config.tool_choice: {request.Model.Id} cannot be made to call a tool; use 'auto' and say in the prompt when the tool is to be used, or choose another model.",
                "generation_config.tool_choice");
        }

        return mode switch
        {
            ToolChoiceMode.Any when functions.Count == 1 && serverTools.Count == 0 => new(functions, serverTools, "tool", WireNames.Fit(functions[0].Name)),
            ToolChoiceMode.Any => new(functions, serverTools, "any"),
            ToolChoiceMode.None => new(functions, serverTools, "none"),
            _ => new(functions, serverTools) { IsValidated = mode == ToolChoiceMode.Validated },
        };
    }

    /// <summary>
    /// What a conversation with calls needs where nothing is declared: the service refuses <c>tool_use</c> and <c>tool_result</c> without any <c>tools</c>, and
    /// tools are not inherited (behaviour ST-3). One open function for each that was called, in the order of the first calls (P-6), and none may be called:
    /// nobody declared it. Thinking goes along with that choice.
    /// </summary>
    /// <param name="called">The service's names of the functions in the history.</param>
    public static ToolDeclarations OfHistory(IEnumerable<string> called) =>
        new([.. called.Distinct(StringComparer.Ordinal).Select(n => new FunctionTool { Name = n, Description = CalledBefore })], [], "none");

    /// <summary>The name that the client declared.</summary>
    public string NativeName(string wireName) => _native.GetValueOrDefault(wireName, wireName);

    /// <summary>Writes <c>tools</c> and <c>tool_choice</c>.</summary>
    public void Write(Utf8JsonWriter writer, bool cached)
    {
        if (IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("tools");
        for (var i = 0; i < Functions.Count; i++)
        {
            WriteFunction(writer, Functions[i], IsValidated, cached && ServerTools.Count == 0 && i == Functions.Count - 1);
        }

        for (var i = 0; i < ServerTools.Count; i++)
        {
            ServerToolBlocks.WriteDeclaration(writer, ServerTools[i], cached && i == ServerTools.Count - 1);
        }

        writer.WriteEndArray();
        if (Choice is not null)
        {
            writer.WriteStartObject("tool_choice");
            writer.WriteString("type", Choice);
            if (ForcedName is not null)
            {
                writer.WriteString("name", ForcedName);
            }

            writer.WriteEndObject();
        }
    }

    private static void WriteFunction(Utf8JsonWriter writer, FunctionTool function, bool validated, bool cached)
    {
        writer.WriteStartObject();
        writer.WriteString("name", WireNames.Fit(function.Name));
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description", function.Description);
        }

        var strict = validated && function.Parameters is { } parameters ? OutputSchema.ToEnforced(parameters) : null;
        writer.WritePropertyName("input_schema");
        if (strict is JsonObject)
        {
            strict.WriteTo(writer);
            writer.WriteBoolean("strict", true);
        }
        else
        {
            InputSchema.Write(writer, function.Parameters);
        }

        if (cached)
        {
            CacheMark.Write(writer);
        }

        writer.WriteEndObject();
    }
}
