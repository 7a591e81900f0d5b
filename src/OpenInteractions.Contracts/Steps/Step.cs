namespace OpenInteractions.Contracts.Steps;

/// <summary>
/// One step of an interaction's timeline (wire 6): what the user gave, what the model said or thought, a call, a result.
/// The same type stands on the wire, in the turn loop and in stored rows.
/// </summary>
[JsonConverter(typeof(StepConverter))]
public abstract record Step : WireObject
{
    private protected Step()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>A step that asks for something to be done; a result step with the same id answers it (behaviour SE-7).</summary>
public interface ICallStep
{
    /// <summary>The call's id, unique in the chain.</summary>
    string Id { get; }
}

/// <summary>A step that answers a call.</summary>
public interface IResultStep
{
    /// <summary>The <see cref="ICallStep.Id"/> of the call.</summary>
    string CallId { get; }
}

/// <summary>A kind of step that this build does not know, kept whole.</summary>
public sealed record UnknownStep(string WireType, JsonElement Raw) : Step
{
    /// <inheritdoc/>
    public override string Type => WireType;
}
