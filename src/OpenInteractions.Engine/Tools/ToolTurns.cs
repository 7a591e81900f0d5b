using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tools;

/// <summary>Runs turns that may have several rounds, because this server answers calls in them.</summary>
public sealed class ToolTurns(
    ToolKinds kinds, ToolGate gate, ToolCallRunner runner, SealedReadings readings, EngineInstruments instruments, IOptions<ToolOptions> options, IOptions<AgentOptions> agents, ILogger<ToolTurns> logger, IEnvironments? environments = null)
{
    /// <summary>It answers by rules and has no words of its own.</summary>
    private const string DemoProvider = "demo";

    /// <summary>False when one call of the model is the whole turn: nothing that it may call is answered here.</summary>
    internal bool IsNeededFor(CreateInteractionRequest request) =>
        ToolKinds.HasServerTools(request.Tools)
        || (gate.IsActive && (request.Tools is { Count: > 0 } || request.Input?.Steps.Any(s => s is IResultStep) == true));

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
        await using var environment = environments is null ? null : new RunEnvironment(environments, interaction.Project, job.EnvironmentId, interaction.RootId);
        var scope = new ToolScope(interaction.Project, interaction.Id, interaction.RootId) { MediaFault = MediaCheck.Of(job.Provider, job.Model), Environment = environment };
        await using var tools = await OpenTools.OpenAsync(kinds, job.Tools, job.Model, scope, cancellationToken);
        foreach (var native in tools.Native)
        {
            await RequireAllowedAsync(native, interaction, cancellationToken);
        }

        var limits = options.Value;
        if (interaction.Agent is not null)
        {
            limits = limits.With(agents.Value.MaxRounds, agents.Value.MaxCalls);
            var instructions = environment is null ? null : await AgentFiles.ReadAsync(environment, cancellationToken);
            job = job with
            {
                Request = AgentContext.Of(job.Request, instructions, agents.Value.CompactAfterTokens),
                Summary = agents.Value.Notes && job.Provider.Name != DemoProvider ? new ContextSummary(job.Request, agents.Value.CompactAfterTokens, logger) : null,
            };
        }

        var result = await new ToolLoop(tools, gate, runner, readings, limits, instruments, job).RunAsync(cancellationToken);
        if (environment is not null && result.Status != InteractionStatus.Failed)
        {
            await environment.KeepAsync(interaction.Id, cancellationToken); // before anybody sees the end: whoever does can have the files
        }

        return result;
    }

    /// <summary>Calls that a vendor makes by itself cannot be stopped one by one, so the policy is asked for the tool as a whole, before anything is sent.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.PermissionDenied"/>.</exception>
    private async ValueTask RequireAllowedAsync(Tool native, StoredInteraction interaction, CancellationToken cancellationToken)
    {
        var question = new PolicyQuestion
        {
            Phase = PolicyPhase.Before,
            Function = native.Type,
            Kind = native.Type,
            IsUnseen = true,
            Arguments = JsonElement.Parse("{}"),
            Project = interaction.Project,
            Agent = interaction.Agent,
            InteractionId = interaction.Id,
        };
        if (gate.IsActive && await gate.DecideAsync(question, cancellationToken) is { } refusal)
        {
            throw new ApiException(ErrorCode.PermissionDenied, $"The tool '{native.Type}' in 'tools' may not be used. {refusal}", "tools");
        }
    }
}
