namespace OpenInteractions.Contracts.Events;

/// <summary>A piece of a step (wire 14.4).</summary>
[JsonConverter(typeof(StepDeltaConverter))]
public abstract record StepDelta : WireObject
{
    private protected StepDelta()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>A kind of delta that this build does not know, kept whole.</summary>
public sealed record UnknownDelta(string WireType, JsonElement Raw) : StepDelta
{
    /// <inheritdoc/>
    public override string Type => WireType;
}
