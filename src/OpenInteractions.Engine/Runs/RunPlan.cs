using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>What is settled about a run before it starts.</summary>
internal sealed record RunPlan
{
    /// <summary>The interaction as it was accepted.</summary>
    public required StoredInteraction Interaction { get; init; }

    /// <summary>The request.</summary>
    public required CreateInteractionRequest Request { get; init; }

    /// <summary>What the request is known by when it comes again, or null.</summary>
    public IdempotencyMark? Mark { get; init; }

    /// <summary>Who runs the model, and which; null after a take-over: the model is then looked up again.</summary>
    public ResolvedModel? Model { get; init; }

    /// <summary>Shared by all requests that are made from this plan, so that who accepted the run learns what its call went without.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>False when nothing is kept (<c>store:false</c>).</summary>
    public required bool IsStored { get; init; }

    /// <summary>The environment that was made for it, or null.</summary>
    public string? MadeEnvironment { get; init; }

    /// <summary>The provider of its model; empty when it is not known.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Its place among the runs that may work at the same time, or null when there is no limit.</summary>
    public RunSlot? Slot { get; init; }

    /// <summary>How long it may take from now on, by no clock that can be set.</summary>
    public required TimeSpan TimeLeft { get; init; }
}
