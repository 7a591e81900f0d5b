namespace OpenInteractions.Engine.Tools;

/// <summary>
/// The function that a call is to a model. It follows from the call's step alone, so a history shows the same in every later turn, to every model, whether or
/// not the tool is still declared (docs/decisions/0009).
/// </summary>
public static class ToolFunctionNames
{
    private const string CallSuffix = "_call";

    /// <summary>The name of the function that was called.</summary>
    /// <param name="call">A call of any kind.</param>
    public static string Of(Step call) => call switch
    {
        FunctionCallStep function => function.Name,
        McpServerToolCallStep tool => RemoteFunctionNames.Of(tool.ServerName, tool.Name),
        { Type: var type } when type.EndsWith(CallSuffix, StringComparison.Ordinal) => type[..^CallSuffix.Length],
        _ => call.Type,
    };

    /// <summary>True when a function of this name may be one of a remote server's, whose tools nobody knows before it is asked.</summary>
    internal static bool MayBeOf(string serverName, string name)
    {
        const string AnyTool = "x";
        var sample = RemoteFunctionNames.Of(serverName, AnyTool);
        var isPlain = sample.StartsWith(serverName, StringComparison.Ordinal) && sample.Length == serverName.Length + 2 + AnyTool.Length;
        return !isPlain || name.StartsWith(sample[..^AnyTool.Length], StringComparison.Ordinal);
    }
}
