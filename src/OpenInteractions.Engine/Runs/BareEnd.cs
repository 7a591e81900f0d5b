using System.Buffers;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>The outcome and the events of a run that ends without having been executed.</summary>
internal static class BareEnd
{
    /// <summary>A run that is cancelled before anybody has started it.</summary>
    public static (RunOutcome Outcome, JournalBatch Events) Cancelled(StoredInteraction interaction, DateTimeOffset now) =>
        Of(interaction with { Status = InteractionStatus.Cancelled }, InteractionEvents.Queued(interaction), epoch: 1, now);

    /// <summary>A run that nobody can start, because what is kept of it cannot be read: these events stand in place of those.</summary>
    public static (RunOutcome Outcome, JournalBatch Events) Unreadable(StoredInteraction interaction, long epoch, DateTimeOffset now)
    {
        var error = new InteractionError { Code = ErrorTable.Of(ErrorCode.ApiError).WireCode, Message = "The interaction was given up: the server cannot read what it has kept of it." };
        var ended = interaction with
        {
            Status = InteractionStatus.Failed,
            Errors = JsonSerializer.SerializeToUtf8Bytes([error], WireJson.Wire.IReadOnlyListInteractionError),
        };
        return Of(ended, InteractionEvents.Begin(interaction), epoch, now);
    }

    private static (RunOutcome Outcome, JournalBatch Events) Of(StoredInteraction ended, IEnumerable<StreamEvent> begin, long epoch, DateTimeOffset now)
    {
        ended = ended with { Updated = now > ended.Created ? now : ended.Created };
        var outcome = new RunOutcome
        {
            Status = ended.Status,
            Updated = ended.Updated,
            ChainModalities = ended.ChainModalities,
            Output = "[]"u8.ToArray(),
            Errors = ended.Errors,
        };
        var frames = new ArrayBufferWriter<byte>(512);
        var number = 0L;
        foreach (var value in begin.Concat(InteractionEvents.End(ended)))
        {
            EventFrame.Write(frames, value with { EventId = EventFrame.Id(epoch, ++number) });
        }

        return (outcome, new JournalBatch { Epoch = epoch, FirstNumber = 1, LastNumber = number, Frames = frames.WrittenMemory });
    }
}
