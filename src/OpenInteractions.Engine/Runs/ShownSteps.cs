namespace OpenInteractions.Engine.Runs;

/// <summary>
/// How far the owners of a run may have come with what they showed, which a new owner has to make good (docs/decisions/0004). An owner shows the beginning of a step when
/// the journal has the end of the one before it: so of an owner who died, the step that the journal has last may be followed by another only if it has ended.
/// </summary>
internal sealed class ShownSteps
{
    private int _through = -1;
    private int _own = -1;
    private int _begun = -1;
    private long _epoch;

    /// <summary>Takes a batch of the journal.</summary>
    /// <param name="epoch">Its owner.</param>
    /// <param name="events">Its events.</param>
    /// <param name="first">The step with which its owner began, or an earlier one.</param>
    /// <param name="isHandedOver">True when it is its owner's last, and nothing was shown beyond it.</param>
    public void Add(long epoch, IEnumerable<StreamEvent> events, int first, bool isHandedOver)
    {
        if (epoch != _epoch)
        {
            SkipTo(epoch, first);
            (_own, _begun, _epoch) = (first, -1, epoch);
        }

        foreach (var value in events)
        {
            switch (value)
            {
                case StepStartEvent start:
                    _begun = Math.Max(_begun, start.Index);
                    _own = Math.Max(_own, start.Index);
                    break;
                case StepStopEvent stop:
                    _own = Math.Max(_own, stop.Index + 1);
                    break;
            }
        }

        _own = isHandedOver ? _begun : _own;
    }

    /// <summary>The last step that any owner before this one may have shown; -1 when none.</summary>
    /// <param name="epoch">The new owner.</param>
    /// <param name="first">The step with which an owner began who left nothing, or an earlier one.</param>
    public int Through(long epoch, int first)
    {
        SkipTo(epoch, first);
        return _through;
    }

    /// <summary>Owners that left nothing may have shown the step with which they began.</summary>
    private void SkipTo(long epoch, int first)
    {
        _through = Math.Max(_through, epoch > _epoch + 1 ? Math.Max(_own, first) : _own);
        _own = -1;
        _epoch = epoch - 1;
    }
}
