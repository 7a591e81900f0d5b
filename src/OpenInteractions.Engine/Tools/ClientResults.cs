using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools.Policy;

namespace OpenInteractions.Engine.Tools;

/// <summary>
/// What the client answers passes the gate as well, before the model sees it. Its steps are kept as they came, so one that is denied cannot be replaced: the
/// request is refused.
/// </summary>
internal sealed class ClientResults(ToolGate gate, TurnJob job)
{
    private const string ResultSuffix = "_result";

    /// <exception cref="ApiException"><see cref="ErrorCode.PermissionDenied"/>: a result may not be used.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (job.Standing is not null || job.Output.Steps.Count > 0 || !await gate.ReadsResultsAsync(cancellationToken))
        {
            return;
        }

        var history = job.Request().History;
        var calls = history.Skip(Math.Max(0, history.Count - 2)).SelectMany(t => t.Steps).Select(s => s.Step).Where(s => s is ICallStep).GroupBy(s => ((ICallStep)s).Id).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (var (step, _, name) in history[^1].Steps)
        {
            if (step is IResultStep result && await gate.DecideAsync(Question(step, name, calls.GetValueOrDefault(result.CallId)), cancellationToken) is { } refusal)
            {
                throw new ApiException(ErrorCode.PermissionDenied, $"The result of call '{result.CallId}' in 'input' is refused. {refusal}", "input");
            }
        }
    }

    private PolicyQuestion Question(Step result, string? name, Step? call) => new()
    {
        Phase = PolicyPhase.After,
        Function = call is null ? name ?? (result as FunctionResultStep)?.Name ?? "" : ToolFunctionNames.Of(call),
        Kind = KindOf(result),
        Remote = result is McpServerToolResultStep remote ? new RemoteTarget(remote.ServerName ?? "", remote.Name ?? "", Address: null) : null,
        Arguments = call is null ? JsonElement.Parse("{}") : ToolResults.Arguments(call),
        Result = ToolResults.Payload(result) is { } payload ? ToolResult.Text(payload) : JsonSerializer.Serialize(result, WireJson.Wire.Step),
        Project = job.Interaction.Project,
        Agent = job.Interaction.Agent,
        InteractionId = job.Interaction.Id,
    };

    private static string KindOf(Step result) => result switch
    {
        FunctionResultStep => FunctionTool.TypeName,
        McpServerToolResultStep => McpServerTool.TypeName,
        { Type: var type } when type.EndsWith(ResultSuffix, StringComparison.Ordinal) => type[..^ResultSuffix.Length],
        _ => result.Type,
    };
}
