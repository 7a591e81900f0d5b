using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// What stands of a turn with tools when the model has been asked and its calls are about to be made (docs/decisions/0009). The steps themselves are in the
/// events. Members that a later version adds are passed over.
/// </summary>
internal sealed record TurnCheckpoint
{
    /// <summary>How often the model has answered.</summary>
    public required int Rounds { get; init; }

    /// <summary>How many steps stand: those of all model calls, and of the tools before the last.</summary>
    public required int Steps { get; init; }

    /// <summary>True when a token limit ended the last model call.</summary>
    public bool IsCut { get; init; }

    /// <summary>What the model calls have used.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What providers left with the steps, by place.</summary>
    public Dictionary<int, ProviderState>? States { get; init; }

    /// <summary>Calls of the last round that the server answers, by id.</summary>
    public required IReadOnlyList<string> Calls { get; init; }

    /// <summary>Those of them that have been started, or were about to be.</summary>
    public required IReadOnlyList<string> Started { get; init; }

    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(this, EngineJson.Default.TurnCheckpoint);

    /// <summary>Reads what a batch carries; null when it is no checkpoint of a turn.</summary>
    public static TurnCheckpoint? Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Span.SequenceEqual(EventLog.HandedOver.Span))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, EngineJson.Default.TurnCheckpoint);
        }
        catch (JsonException)
        {
            return null; // of a version that keeps something else: the turn is made again
        }
    }
}
