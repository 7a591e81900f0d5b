namespace OpenInteractions.Contracts.Events;

/// <summary>A piece of a step (wire 14.4).</summary>
[JsonConverter(typeof(StepDeltaConverter))]
public abstract record StepDelta
{
    private protected StepDelta()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    [JsonPropertyOrder(-10)]
    public abstract string Type { get; }

    /// <summary>Members that this build does not know, from an upstream server.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A kind of delta that this build does not know, kept whole.</summary>
public sealed record UnknownDelta(string WireType, JsonElement Raw) : StepDelta
{
    /// <inheritdoc/>
    public override string Type => WireType;
}
