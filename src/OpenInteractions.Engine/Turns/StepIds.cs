namespace OpenInteractions.Engine.Turns;

/// <summary>Puts native ids in place of an upstream's, on every kind of call and result (protocols P-1, P-4).</summary>
internal static class StepIds
{
    public static Step WithId(Step step, string id) => step switch
    {
        FunctionCallStep s => s with { Id = id },
        FunctionResultStep s => s with { CallId = id },
        CodeExecutionCallStep s => s with { Id = id },
        CodeExecutionResultStep s => s with { CallId = id },
        UrlContextCallStep s => s with { Id = id },
        UrlContextResultStep s => s with { CallId = id },
        GoogleSearchCallStep s => s with { Id = id },
        GoogleSearchResultStep s => s with { CallId = id },
        GoogleMapsCallStep s => s with { Id = id },
        GoogleMapsResultStep s => s with { CallId = id },
        FileSearchCallStep s => s with { Id = id },
        FileSearchResultStep s => s with { CallId = id },
        McpServerToolCallStep s => s with { Id = id },
        McpServerToolResultStep s => s with { CallId = id },
        RetrievalCallStep s => s with { Id = id },
        RetrievalResultStep s => s with { CallId = id },
        ProcessingCallStep s => s with { Id = id },
        ProcessingResultStep s => s with { CallId = id },
        _ => step,
    };
}
