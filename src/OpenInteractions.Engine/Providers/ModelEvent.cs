namespace OpenInteractions.Engine.Providers;

/// <summary>What a model call tells, piece by piece.</summary>
public abstract record ModelEvent;

/// <summary>A step begins.</summary>
/// <param name="Shell">The step without what the pieces bring: <c>{"type":"model_output"}</c>; for calls with id, name and empty arguments (wire 14.3).</param>
public sealed record StepStarted(Step Shell) : ModelEvent;

/// <summary>A piece of the step that began last.</summary>
/// <param name="Delta">The piece, as it goes out on the wire.</param>
public sealed record StepPiece(StepDelta Delta) : ModelEvent;

/// <summary>The step that began last is complete.</summary>
/// <param name="State">
/// What this upstream needs back for this step and the wire has no place for (P-1): given again as <see cref="HistoryStep.State"/> when the
/// chain goes on with the same provider and model family. Thought signatures do not belong here: they travel in
/// <see cref="ThoughtSignatureDelta"/>, wrapped by <see cref="ISignatureEnvelope"/>, so that stateless clients can replay them.
/// </param>
public sealed record StepStopped(JsonElement? State = null) : ModelEvent;

/// <summary>The call is over.</summary>
/// <param name="Reason">Why the model stopped.</param>
/// <param name="Usage">Tokens of this call, or null when the upstream reported none.</param>
/// <param name="Error">With <see cref="ModelStopReason.Blocked"/>: the code (behaviour ER-3, ER-4) and a message for the caller.</param>
public sealed record ModelStopped(ModelStopReason Reason, Usage? Usage, ModelFault? Error = null) : ModelEvent;

/// <summary>Why output was refused or is unusable.</summary>
/// <param name="Code">One of the codes of behaviour ER-3 and ER-4.</param>
/// <param name="Message">For the caller.</param>
public sealed record ModelFault(ErrorCode Code, string Message);

/// <summary>Why a model stopped.</summary>
public enum ModelStopReason
{
    /// <summary>It was done, or a stop sequence came. Whether calls are pending follows from the steps.</summary>
    Finished,

    /// <summary>A token limit was reached: the interaction ends as <c>incomplete</c> (behaviour SM-2).</summary>
    TokenLimit,

    /// <summary>The output was refused or unusable: the interaction ends as <c>failed</c> (behaviour ER-5).</summary>
    Blocked,
}
