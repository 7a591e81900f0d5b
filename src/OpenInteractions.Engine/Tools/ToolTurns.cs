using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tools;

/// <summary>Runs turns that may have several rounds, because this server answers calls in them.</summary>
public sealed class ToolTurns(ToolKinds kinds, ToolGate gate, ToolCallRunner runner, EngineInstruments instruments, IOptions<ToolOptions> options)
{
    /// <summary>False when one call of the model is the whole turn: nothing that it may call is answered here.</summary>
    internal bool IsNeededFor(CreateInteractionRequest request) =>
        ToolKinds.HasServerTools(request.Tools)
        || (gate.IsActive && (request.Tools is { Count: > 0 } || (gate.ReadsResults && request.Input?.Steps.Any(s => s is IResultStep) == true)));

    /// <summary>A turn without rules and without tools of the server has called the client's functions.</summary>
    internal void OnClientCalls(string interactionId, IReadOnlyList<HistoryStep> made)
    {
        for (var i = 0; i < made.Count; i++)
        {
            if (made[i].Step is FunctionCallStep)
            {
                gate.RecordUnopposed(interactionId, FunctionTool.TypeName);
            }
        }
    }

    /// <summary>Runs the turn; what it used is added up in <see cref="TurnJob.Usage"/>.</summary>
    internal async Task<TurnResult> RunAsync(TurnJob job, CancellationToken cancellationToken)
    {
        var interaction = job.Interaction;
        var scope = new ToolScope(interaction.Project, interaction.Id, interaction.RootId);
        await using var tools = await OpenTools.OpenAsync(kinds, job.Tools, scope, cancellationToken);
        return await new ToolLoop(tools, gate, runner, options.Value, instruments, job).RunAsync(cancellationToken);
    }
}
