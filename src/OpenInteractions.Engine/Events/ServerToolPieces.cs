namespace OpenInteractions.Engine.Events;

/// <summary>
/// The shell and the one delta of a step of a server's tool: ids stand in the shell, the payload in the delta (behaviour SE-7, wire 14.3). What the delta has no
/// place for stays in the shell.
/// </summary>
internal static class ServerToolPieces
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");
    private static readonly JsonElement EmptyArray = JsonElement.Parse("[]");

    public static (Step Shell, IReadOnlyList<StepDelta> Deltas) Of(Step step) => step switch
    {
        FunctionResultStep s => (s with { Result = EmptyArray, IsError = null }, [new FunctionResultDelta { Result = s.Result, Name = s.Name, IsError = s.IsError }]),
        CodeExecutionCallStep s => (s with { Arguments = new CodeExecutionArguments(), Signature = null }, [new CodeExecutionCallDelta { Arguments = s.Arguments, Signature = s.Signature }]),
        CodeExecutionResultStep s => (s with { Result = EmptyArray, IsError = null, Signature = null }, [new CodeExecutionResultDelta { Result = s.Result, IsError = s.IsError, Signature = s.Signature }]),
        UrlContextCallStep s => (s with { Arguments = new UrlContextArguments(), Signature = null }, [new UrlContextCallDelta { Arguments = s.Arguments, Signature = s.Signature }]),
        UrlContextResultStep s => (s with { Result = [], IsError = null, Signature = null }, [new UrlContextResultDelta { Result = s.Result, IsError = s.IsError, Signature = s.Signature }]),
        GoogleSearchCallStep s => (s with { Arguments = new SearchArguments(), Signature = null }, [new GoogleSearchCallDelta { Arguments = s.Arguments, Signature = s.Signature }]),
        GoogleSearchResultStep s => (s with { Result = [], IsError = null, Signature = null }, [new GoogleSearchResultDelta { Result = s.Result, IsError = s.IsError, Signature = s.Signature }]),
        GoogleMapsCallStep s => (s with { Arguments = null, Signature = null }, [new GoogleMapsCallDelta { Arguments = s.Arguments, Signature = s.Signature }]),
        GoogleMapsResultStep s => (s with { Result = [], Signature = null }, [new GoogleMapsResultDelta { Result = s.Result, Signature = s.Signature }]),
        FileSearchCallStep s => (s with { Signature = null }, [new FileSearchCallDelta { Signature = s.Signature }]),
        FileSearchResultStep { Result: { } result } s => (s with { Result = null, Signature = null }, [new FileSearchResultDelta { Result = result, Signature = s.Signature }]),
        McpServerToolCallStep s => (s with { Arguments = EmptyObject }, [new McpServerToolCallDelta { Name = s.Name, ServerName = s.ServerName, Arguments = s.Arguments }]),
        McpServerToolResultStep s => (s with { Result = EmptyArray, IsError = null }, [new McpServerToolResultDelta { Result = s.Result, Name = s.Name, ServerName = s.ServerName, IsError = s.IsError }]),
        RetrievalCallStep s => (s with { Arguments = new SearchArguments(), Signature = null }, [new RetrievalCallDelta { Arguments = s.Arguments, RetrievalType = s.RetrievalType, Signature = s.Signature }]),
        RetrievalResultStep s => (s with { IsError = null, Signature = null }, [new RetrievalResultDelta { IsError = s.IsError, Signature = s.Signature }]),
        ProcessingCallStep s => (s with { Signature = null }, [new ProcessingCallDelta { Signature = s.Signature }]),
        ProcessingResultStep s => (s with { Signature = null }, [new ProcessingResultDelta { Signature = s.Signature }]),

        // What is not known here is whole; it travels in its start, where clients take it from as well (behaviour SE-9).
        _ => (step, []),
    };
}
