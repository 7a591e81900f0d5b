using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Contracts.Events;

/// <summary>One server-sent event of an interaction (wire 14.2).</summary>
[JsonConverter(typeof(StreamEventConverter))]
public abstract record StreamEvent : WireObject
{
    private protected StreamEvent()
    {
    }

    /// <summary>The discriminator on the wire, also the SSE <c>event:</c> name (behaviour SE-2).</summary>
    public abstract string EventType { get; }

    /// <summary>Unique in the interaction; resumes a stream after this event (behaviour BG-5).</summary>
    [JsonPropertyOrder(-9)]
    public string? EventId { get; init; }
}

/// <summary>The first event: the interaction exists.</summary>
public sealed record InteractionCreatedEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "interaction.created";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>Id, status, model or agent, and environment (behaviour SE-3).</summary>
    public required Interaction Interaction { get; init; }
}

/// <summary>The status changed (behaviour SE-4).</summary>
public sealed record StatusUpdateEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "interaction.status_update";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>The interaction.</summary>
    public required string InteractionId { get; init; }

    /// <summary>The new status.</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>A resumable checkpoint of an upstream server; never produced here.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Usage so far.</summary>
    public Usage? Usage { get; init; }
}

/// <summary>
/// A step begins. When an index begins a second time, the step replaces what was assembled for it: the first attempt was cut.
/// </summary>
public sealed record StepStartEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "step.start";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>The step's place, counted from 0 over the steps that this turn made.</summary>
    public required int Index { get; init; }

    /// <summary>The step as an empty shell (wire 14.3, behaviour SE-9).</summary>
    [JsonConverter(typeof(StepShellConverter))]
    public required Step Step { get; init; }
}

/// <summary>A piece of a step.</summary>
public sealed record StepDeltaEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "step.delta";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>The step.</summary>
    public required int Index { get; init; }

    /// <summary>The piece.</summary>
    public required StepDelta Delta { get; init; }

    /// <summary>Usage so far.</summary>
    public DeltaMetadata? Metadata { get; init; }
}

/// <summary>What may stand beside a delta.</summary>
public sealed record DeltaMetadata : WireObject
{
    /// <summary>Usage so far.</summary>
    public Usage? TotalUsage { get; init; }
}

/// <summary>A step is complete.</summary>
public sealed record StepStopEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "step.stop";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>The step.</summary>
    public required int Index { get; init; }

    /// <summary>Usage so far.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Usage of this step.</summary>
    public Usage? StepUsage { get; init; }
}

/// <summary>The last event of every outcome: final status and usage, no steps (behaviour SE-10, SE-11).</summary>
public sealed record InteractionCompletedEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "interaction.completed";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>The interaction without its steps.</summary>
    public required Interaction Interaction { get; init; }
}

/// <summary>Something went wrong (behaviour SE-12).</summary>
public sealed record ErrorEvent : StreamEvent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "error";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string EventType => TypeName;

    /// <summary>What.</summary>
    public required InteractionError Error { get; init; }
}

/// <summary>A kind of event that this build does not know, kept whole.</summary>
public sealed record UnknownEvent(string WireType, JsonElement Raw) : StreamEvent
{
    /// <inheritdoc/>
    public override string EventType => WireType;
}

internal sealed class StreamEventConverter() : UnionConverter<StreamEvent>("event_type",
[
    UnionVariant.Of(InteractionCreatedEvent.TypeName, w => w.InteractionCreatedEvent),
    UnionVariant.Of(StatusUpdateEvent.TypeName, w => w.StatusUpdateEvent),
    UnionVariant.Of(StepStartEvent.TypeName, w => w.StepStartEvent),
    UnionVariant.Of(StepDeltaEvent.TypeName, w => w.StepDeltaEvent),
    UnionVariant.Of(StepStopEvent.TypeName, w => w.StepStopEvent),
    UnionVariant.Of(InteractionCompletedEvent.TypeName, w => w.InteractionCompletedEvent),
    UnionVariant.Of(ErrorEvent.TypeName, w => w.ErrorEvent),
])
{
    protected override StreamEvent Unknown(string tag, JsonElement raw) => new UnknownEvent(tag, raw);

    protected override JsonElement? RawOf(StreamEvent value) => (value as UnknownEvent)?.Raw;
}
