namespace OpenInteractions.Engine.Tools;

/// <summary>The choice among tools (behaviour FN-8), between the client's names for them and the functions that models know.</summary>
internal static class ToolChoices
{
    private const string Path = "generation_config.tool_choice";

    /// <summary>True when a name of <c>allowed_tools</c> can mean something that is declared: a function, a type of tool, a remote server, or one of its tools.</summary>
    public static bool IsDeclared(string name, IReadOnlyList<Tool> declared)
    {
        for (var i = 0; i < declared.Count; i++)
        {
            if (Names(name, declared[i]) || (declared[i] is McpServerTool { Name: { } server } && ToolFunctionNames.MayBeOf(server, name)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a choice lets the model call a function, by the name that models know.</summary>
    public static bool Allows(StringOr<ToolChoiceConfig>? choice, string name) =>
        !IsNone(choice) && choice?.Value?.AllowedTools.Tools?.Contains(name) != false;

    /// <summary>Whether a choice lets the model use a tool of its vendor's, which the client names by its type.</summary>
    public static bool Allows(StringOr<ToolChoiceConfig>? choice, Tool native) =>
        !IsNone(choice) && choice?.Value?.AllowedTools.Tools?.Any(name => Names(name, native)) != false;

    /// <summary>What becomes of a call that the choice does not let through, whoever would answer it (behaviour FN-8, FN-11).</summary>
    public static ApiException NotAllowed(string name) =>
        new(ErrorCode.UnexpectedToolCall, $"The model called '{Excerpt.Of(name)}', which '{Path}' does not allow.");

    /// <summary>The choice in one round.</summary>
    /// <param name="choice">What the client asked for.</param>
    /// <param name="declared">Its tools.</param>
    /// <param name="owners">The functions that there are, and the place of the tool that each belongs to.</param>
    /// <param name="isFirst">False when tools were called already: a model that must call one has done so, and is free to answer.</param>
    /// <param name="isWithdrawn">True when the model must answer.</param>
    /// <exception cref="ApiException">It names a function that its tool does not have.</exception>
    public static StringOr<ToolChoiceConfig>? For(StringOr<ToolChoiceConfig>? choice, IReadOnlyList<Tool> declared, IReadOnlyDictionary<string, int> owners, bool isFirst, bool isWithdrawn)
    {
        if (isWithdrawn)
        {
            return owners.Count == 0 ? choice : new(ToolChoiceMode.None);
        }

        if (choice?.Value?.AllowedTools is not { } allowed)
        {
            return choice?.Text == ToolChoiceMode.Any && !isFirst ? new(ToolChoiceMode.Auto) : choice;
        }

        var mode = allowed.Mode == ToolChoiceMode.Any && !isFirst ? ToolChoiceMode.Auto : allowed.Mode;
        var tools = allowed.Tools?.SelectMany((name, i) => Expand(name, i, declared, owners, isFirst)).Distinct(StringComparer.Ordinal).ToArray();
        return new(new ToolChoiceConfig { AllowedTools = allowed with { Mode = mode, Tools = tools } });
    }

    private static string[] Expand(string name, int index, IReadOnlyList<Tool> declared, IReadOnlyDictionary<string, int> owners, bool isFirst)
    {
        string[] found = [.. owners.Where(o => o.Key == name || Names(name, declared[o.Value])).Select(o => o.Key)];
        return found.Length > 0 || !isFirst || declared.Any(t => Names(name, t))
            ? found
            : throw new ApiException(ErrorCode.InvalidRequest, $"'{Path}.allowed_tools.tools[{index}]' names '{name}', which none of the declared tools has.", $"{Path}.allowed_tools.tools[{index}]");
    }

    private static bool IsNone(StringOr<ToolChoiceConfig>? choice) => (choice?.Text ?? choice?.Value?.AllowedTools.Mode) == ToolChoiceMode.None;

    private static bool Names(string name, Tool declared) => declared switch
    {
        FunctionTool function => function.Name == name,
        McpServerTool server => server.Name == name || server.Type == name,
        _ => declared.Type == name,
    };
}
