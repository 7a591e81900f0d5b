using System.Buffers;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// The event sequence of an interaction that nobody could follow while it ran: a pure function of what is kept, so the same ids and bytes come out
/// every time, and nothing beside the steps has to be stored (docs/decisions/0004).
/// </summary>
internal static class DerivedEvents
{
    public static JournalBatch Of(StoredInteraction interaction) => Batch(Sequence(interaction));

    /// <summary>What there is of an interaction that waits in the queue: its run, when it begins, begins with the same.</summary>
    public static JournalBatch OfQueued(StoredInteraction interaction) => Batch(InteractionEvents.Queued(interaction));

    private static JournalBatch Batch(IEnumerable<StreamEvent> events)
    {
        var frames = new ArrayBufferWriter<byte>(1024);
        var number = 0L;
        foreach (var value in events)
        {
            EventFrame.Write(frames, value with { EventId = EventFrame.Id(1, ++number) });
        }

        return new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = number, Frames = frames.WrittenMemory };
    }

    private static IEnumerable<StreamEvent> Sequence(StoredInteraction interaction)
    {
        foreach (var value in InteractionEvents.Begin(interaction))
        {
            yield return value;
        }

        var steps = TurnJson.ReadSteps(interaction.Output);
        for (var i = 0; i < steps.Count; i++)
        {
            var (shell, deltas) = StepPieces.Of(steps[i]);
            yield return new StepStartEvent { Index = i, Step = shell };
            foreach (var delta in deltas)
            {
                yield return new StepDeltaEvent { Index = i, Delta = delta };
            }

            yield return new StepStopEvent { Index = i };
        }

        foreach (var value in InteractionEvents.End(interaction))
        {
            yield return value;
        }
    }
}
