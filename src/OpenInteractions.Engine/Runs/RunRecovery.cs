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

    /// <summary>Where the turn stands, when it has tools and its model has called some; its steps are the first of <see cref="Steps"/>, followed by results.</summary>
    public TurnCheckpoint? Standing { get; init; }

    /// <summary>Calls of the last round that stands which have no result.</summary>
    public IEnumerable<Step> OpenCalls
    {
        get
        {
            var answered = Steps.Select(s => s.Step).OfType<IResultStep>().Select(r => r.CallId).ToHashSet(StringComparer.Ordinal);
            return Standing is null ? [] : Steps.Select(s => s.Step).Where(s => s is ICallStep call && Standing.Calls.Contains(call.Id) && !answered.Contains(call.Id));
        }
    }

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
        var shown = new ShownSteps();
        var position = default(EventPosition);
        var isHandedOver = false;
        TurnCheckpoint? standing = null;
        var isUncertain = false;
        IReadOnlyList<JournalBatch> page;
        while ((page = await journal.ReadAsync(run.Interaction.Project, run.Lease.RunId, position, limit: 256, cancellationToken)).Count > 0)
        {
            foreach (var batch in page)
            {
                var events = EventFrame.ReadAll(CompactJournal.Frames(batch)).ToList();
                isHandedOver = batch.Checkpoint.Span.SequenceEqual(EventLog.HandedOver.Span);
                shown.Add(batch.Epoch, events, First(standing, fold), isHandedOver);
                foreach (var value in events)
                {
                    fold.Apply(value);
                    if (value is StepStartEvent start && start.Index < standing?.Steps)
                    {
                        // An owner of an earlier version, who does not know checkpoints, has made the turn again; or one has ended it without what the store
                        // did not take, and died before that was kept.
                        (isUncertain, standing) = (isUncertain || standing.Started.Count > 0, null);
                    }
                }

                standing = TurnCheckpoint.Read(batch.Checkpoint) ?? standing;
            }

            position = new EventPosition(page[^1].Epoch, page[^1].LastNumber);
        }

        var steps = standing is null ? null : StepsOf(standing, fold);
        isUncertain = steps is null && (isUncertain || standing?.Started.Count > 0);
        return new RunRecovery
        {
            ShownThrough = shown.Through(run.Lease.Epoch, First(standing, fold)),
            HasEvents = position != default,
            IsHandedOver = isHandedOver,
            Steps = steps ?? [],
            Standing = steps is null ? null : standing,
            Usage = steps is null ? null : standing!.Usage,

            // Made again, the turn would make calls again that may have taken effect.
            GivenUp = isUncertain ? new ModelFault(ErrorCode.ApiError, "The interaction was given up: the server was interrupted, and cannot tell any more which calls of tools have taken effect.") : null,
        };
    }

    /// <summary>No owner begins with a step beyond this: those that stand are not made again.</summary>
    private static int First(TurnCheckpoint? standing, EventFold fold) => standing is null ? 0 : fold.LastIndex + 1;

    /// <summary>The steps that stand, and those results of their calls that were kept; null when the journal does not have them all.</summary>
    private static List<HistoryStep>? StepsOf(TurnCheckpoint standing, EventFold fold)
    {
        var steps = new List<HistoryStep>(standing.Steps);
        for (var i = 0; i < standing.Steps; i++)
        {
            if (!fold.Steps.TryGetValue(i, out var step))
            {
                return null;
            }

            steps.Add(new HistoryStep(step, standing.States?.GetValueOrDefault(i)));
        }

        var open = standing.Calls.ToHashSet(StringComparer.Ordinal);
        while (fold.Steps.TryGetValue(steps.Count, out var step) && step is IResultStep result && open.Remove(result.CallId))
        {
            steps.Add(new HistoryStep(step));
        }

        return steps;
    }
}
