using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// What a former owner left of a run. A model call that was cut is made again as a whole, because no vendor takes half of one back; its
/// steps begin again at their indexes and so replace what clients assembled of the first attempt (docs/decisions/0004).
/// </summary>
internal sealed record RunRecovery
{
    /// <summary>Steps that stand: those of model calls that had ended.</summary>
    public IReadOnlyList<HistoryStep> Steps { get; init; } = [];

    /// <summary>Usage of the calls that had ended.</summary>
    public Usage? Usage { get; init; }

    /// <summary>The highest index that a client may have been shown; -1 for none.</summary>
    public required int ShownThrough { get; init; }

    /// <summary>True when clients may know of the run already.</summary>
    public required bool HasEvents { get; init; }

    /// <summary>True when the run comes from the queue and nobody has begun it: of its events there are those that <see cref="InteractionEvents.Queued"/> gives.</summary>
    public bool WasQueued { get; init; }

    /// <summary>True when the former owner stopped as planned and handed the run over.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>Why the run is not tried again, or null.</summary>
    public ModelFault? GivenUp { get; init; }

    /// <summary>Reads the journal.</summary>
    public static async Task<RunRecovery> ReadAsync(IEventJournal journal, ClaimedRun run, CancellationToken cancellationToken)
    {
        if (run.Lease.Epoch == 1)
        {
            return new RunRecovery { ShownThrough = -1, HasEvents = true, WasQueued = true };
        }

        var fold = new EventFold();
        var position = default(EventPosition);
        var isHandedOver = false;
        IReadOnlyList<JournalBatch> page;
        while ((page = await journal.ReadAsync(run.Interaction.Project, run.Lease.RunId, position, limit: 256, cancellationToken)).Count > 0)
        {
            foreach (var value in page.SelectMany(b => EventFrame.ReadAll(CompactJournal.Frames(b))))
            {
                fold.Apply(value);
            }

            position = new EventPosition(page[^1].Epoch, page[^1].LastNumber);
            isHandedOver = page[^1].Checkpoint.Span.SequenceEqual(EventLog.HandedOver.Span);
        }

        // Of a run whose owner died, one step more than the journal knows may have been shown: see TurnOutput.
        return new RunRecovery { ShownThrough = fold.LastIndex + (isHandedOver ? 0 : 1), HasEvents = position != default, IsHandedOver = isHandedOver };
    }
}
