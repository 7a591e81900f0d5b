using System.Buffers;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>The outcome and events of a run that ends without being executed: cancelled in the queue, or given up.</summary>
internal static class EndedBeforeStart
{
    public static (RunOutcome Outcome, JournalBatch Tail) Of(StoredInteraction interaction, long epoch, InteractionStatus status, ErrorCode? code, string? message, DateTimeOffset now)
    {
        var outcome = new RunOutcome
        {
            Status = status,
            Updated = now,
            ChainModalities = interaction.ChainModalities,
            Output = "[]"u8.ToArray(),
            Errors = code is { } c
                ? JsonSerializer.SerializeToUtf8Bytes([new InteractionError { Code = ErrorTable.Of(c).WireCode, Message = message }], WireJson.Wire.IReadOnlyListInteractionError)
                : default,
        };
        var ended = interaction with { Status = status, Updated = now, Errors = outcome.Errors };
        var frames = new ArrayBufferWriter<byte>(512);
        var number = 0L;
        foreach (var value in InteractionEvents.Begin(interaction).Concat(InteractionEvents.End(ended)))
        {
            EventFrame.Write(frames, value with { EventId = EventFrame.Id(epoch, ++number) });
        }

        return (outcome, new JournalBatch { Epoch = epoch, FirstNumber = 1, LastNumber = number, Frames = frames.WrittenMemory });
    }
}
