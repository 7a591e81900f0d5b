using System.Buffers;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>The outcome and the events of a run that is cancelled before anybody has started it.</summary>
internal static class CancelledInQueue
{
    public static (RunOutcome Outcome, JournalBatch Journal) Of(StoredInteraction interaction, DateTimeOffset now)
    {
        now = now > interaction.Created ? now : interaction.Created;
        var outcome = new RunOutcome
        {
            Status = InteractionStatus.Cancelled,
            Updated = now,
            ChainModalities = interaction.ChainModalities,
            Output = "[]"u8.ToArray(),
        };
        var ended = interaction with { Status = outcome.Status, Updated = now };
        var frames = new ArrayBufferWriter<byte>(512);
        var number = 0L;
        foreach (var value in InteractionEvents.Queued(interaction).Concat(InteractionEvents.End(ended)))
        {
            EventFrame.Write(frames, value with { EventId = EventFrame.Id(epoch: 1, ++number) });
        }

        return (outcome, new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = number, Frames = frames.WrittenMemory });
    }
}
