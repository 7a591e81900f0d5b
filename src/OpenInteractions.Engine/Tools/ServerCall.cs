namespace OpenInteractions.Engine.Tools;

/// <summary>A function that this server runs, as the model sees it.</summary>
/// <param name="Declaration">For the model, under the name that follows from its calls' steps (<see cref="ToolFunctionNames"/>).</param>
/// <param name="Kind">The type of the tool that it belongs to.</param>
/// <param name="Function">Runs it.</param>
internal sealed record ServerFunction(FunctionTool Declaration, string Kind, IToolFunction Function);

/// <summary>A call that this server answers: of a tool of its own, or of a client's function when the policy refuses it.</summary>
/// <param name="Step">The call.</param>
/// <param name="Name">The function, as the model named it.</param>
/// <param name="Function">Runs it; null when there is nothing to run: the client's function, or a tool that is no longer there.</param>
internal sealed record ServerCall(Step Step, string Name, ServerFunction? Function)
{
    public string Id => ((ICallStep)Step).Id;

    /// <summary>The kind of tool, for metrics and rules.</summary>
    public string Kind => Function?.Kind ?? Step switch
    {
        FunctionCallStep => FunctionTool.TypeName,
        McpServerToolCallStep => McpServerTool.TypeName,
        _ => Name,
    };

    /// <summary>A former owner of the run began it, and nobody knows how far it came.</summary>
    public bool WasStarted { get; init; }

    /// <summary>Why it is not made, for the model; null when it is.</summary>
    public string? Refusal { get; init; }
}
