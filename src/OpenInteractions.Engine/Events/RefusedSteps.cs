namespace OpenInteractions.Engine.Events;

/// <summary>
/// Steps of a run that the store did not take an event of, and never will, though it works. Readers have seen them; so that no number is missing, their events are
/// replaced by ones that say nothing, and the steps are begun again by whoever ends the run. Its log holds a lock while it calls.
/// </summary>
internal sealed class RefusedSteps
{
    private int? _from;

    /// <summary>True once something was refused.</summary>
    public bool Any => _from is not null;

    /// <summary>True until whoever ends the run has taken note of it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Something was refused.</summary>
    public void Begin() => (_from, IsOpen) = (int.MaxValue, true);

    /// <summary>Takes note: the index of the first step that the store does not know whole. Null when there is nothing new.</summary>
    public int? Take()
    {
        if (!IsOpen)
        {
            return null;
        }

        IsOpen = false;
        return _from;
    }

    /// <summary>What stands in the place of an event. Other events than those of steps are small, and none that a reader could do without.</summary>
    public StreamEvent Silence(StreamEvent value, string runId)
    {
        int? index = value switch
        {
            StepStartEvent start => start.Index,
            StepDeltaEvent delta => delta.Index,
            StepStopEvent stop => stop.Index,
            _ => null,
        };
        if (index is null)
        {
            return value;
        }

        _from = Math.Min(_from!.Value, index.Value);
        return new StatusUpdateEvent { InteractionId = runId, Status = InteractionStatus.InProgress, EventId = value.EventId };
    }
}
