using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tools;

/// <summary>A turn that is to be run.</summary>
internal sealed record TurnJob
{
    public required StoredInteraction Interaction { get; init; }

    /// <summary>The declarations.</summary>
    public required IReadOnlyList<Tool> Tools { get; init; }

    public required IModelProvider Provider { get; init; }

    public required ModelDescription Model { get; init; }

    /// <summary>The request with the conversation up to what the turn has made so far.</summary>
    public required Func<ModelRequest> Request { get; init; }

    public required TurnOutput Output { get; init; }

    public required TurnUsage Usage { get; init; }

    public required AnswerRepair Repair { get; init; }

    /// <summary>Where a former owner left it, or null.</summary>
    public TurnCheckpoint? Standing { get; init; }

    /// <summary>Calls of the standing round without a result.</summary>
    public IReadOnlyList<Step> OpenCalls { get; init; } = [];

    /// <summary>True when a former owner may have asked the model already what it is asked first.</summary>
    public bool IsRepeated { get; init; }

    public required int MaxSteps { get; init; }

    /// <summary>The environment that the interaction uses, or null.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>Has notes written when the conversation grows too long, or null.</summary>
    public ContextSummary? Summary { get; init; }

    /// <summary>Most tokens of the turn: input, output and thoughts without what came from a cache (behaviour AG-5); null when there is no limit.</summary>
    public long? MaxTotalTokens { get; init; }

    public static TurnJob Of(RunPlan plan, ResolvedModel model, IReadOnlyList<HistoryTurn> history, TurnOutput output, TurnUsage usage, AnswerRepair repair, RunRecovery? recovery, SealedReadings readings, int maxSteps) => new()
    {
        Interaction = plan.Interaction,
        Tools = plan.Request.Tools ?? [],
        Provider = model.Provider,
        Model = model.Model,
        Request = () => ModelRequests.Build(plan, model.Model, history, output, readings),
        Output = output,
        Usage = usage,
        Repair = repair,
        Standing = recovery?.Standing,
        OpenCalls = [.. recovery?.OpenCalls ?? []],
        IsRepeated = recovery is { WasQueued: false } && !recovery.OpenCalls.Any(), // with calls open, nobody has asked behind them
        MaxSteps = maxSteps,
        EnvironmentId = plan.Request.Environment?.Text,
        MaxTotalTokens = (plan.Request.AgentConfig as AntigravityConfig)?.MaxTotalTokens,
    };
}
