namespace OpenInteractions.Engine.Turns;

/// <summary>How the typed deltas of server tools fill their steps: each brings its whole payload at once (behaviour SE-7).</summary>
internal static class ServerToolSteps
{
    /// <summary>The step after a delta; the step unchanged when the delta does not belong to it.</summary>
    public static Step Apply(Step step, StepDelta delta) => (step, delta) switch
    {
        (FunctionResultStep s, FunctionResultDelta d) => s with { Result = d.Result, Name = d.Name ?? s.Name, IsError = d.IsError ?? s.IsError },
        (CodeExecutionCallStep s, CodeExecutionCallDelta d) => s with { Arguments = d.Arguments, Signature = d.Signature ?? s.Signature },
        (CodeExecutionResultStep s, CodeExecutionResultDelta d) => s with { Result = d.Result, IsError = d.IsError ?? s.IsError, Signature = d.Signature ?? s.Signature },
        (UrlContextCallStep s, UrlContextCallDelta d) => s with { Arguments = d.Arguments, Signature = d.Signature ?? s.Signature },
        (UrlContextResultStep s, UrlContextResultDelta d) => s with { Result = d.Result, IsError = d.IsError ?? s.IsError, Signature = d.Signature ?? s.Signature },
        (GoogleSearchCallStep s, GoogleSearchCallDelta d) => s with { Arguments = d.Arguments, Signature = d.Signature ?? s.Signature },
        (GoogleSearchResultStep s, GoogleSearchResultDelta d) => s with { Result = d.Result, IsError = d.IsError ?? s.IsError, Signature = d.Signature ?? s.Signature },
        (GoogleMapsCallStep s, GoogleMapsCallDelta d) => s with { Arguments = d.Arguments ?? s.Arguments, Signature = d.Signature ?? s.Signature },
        (GoogleMapsResultStep s, GoogleMapsResultDelta d) => s with { Result = d.Result ?? s.Result, Signature = d.Signature ?? s.Signature },
        (FileSearchCallStep s, FileSearchCallDelta d) => s with { Signature = d.Signature ?? s.Signature },
        (FileSearchResultStep s, FileSearchResultDelta d) => s with { Result = d.Result, Signature = d.Signature ?? s.Signature },
        (McpServerToolCallStep s, McpServerToolCallDelta d) => s with { Name = d.Name, ServerName = d.ServerName, Arguments = d.Arguments },
        (McpServerToolResultStep s, McpServerToolResultDelta d) => s with { Result = d.Result, Name = d.Name ?? s.Name, ServerName = d.ServerName ?? s.ServerName, IsError = d.IsError ?? s.IsError },
        (RetrievalCallStep s, RetrievalCallDelta d) => s with { Arguments = d.Arguments, RetrievalType = d.RetrievalType ?? s.RetrievalType, Signature = d.Signature ?? s.Signature },
        (RetrievalResultStep s, RetrievalResultDelta d) => s with { IsError = d.IsError ?? s.IsError, Signature = d.Signature ?? s.Signature },
        (ProcessingCallStep s, ProcessingCallDelta d) => s with { Signature = d.Signature ?? s.Signature },
        (ProcessingResultStep s, ProcessingResultDelta d) => s with { Signature = d.Signature ?? s.Signature },
        _ => step,
    };
}
