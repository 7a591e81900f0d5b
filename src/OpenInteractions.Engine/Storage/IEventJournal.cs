namespace OpenInteractions.Engine.Storage;

/// <summary>The durable, numbered events of runs, as the bytes that clients receive.</summary>
public interface IEventJournal
{
    /// <summary>Appends batches of one or more runs in one commit. A batch that is there already stays as it is: one whose answer was lost is sent again.</summary>
    /// <returns>For each append, whether its lease still held; a refused append wrote nothing.</returns>
    Task<IReadOnlyList<bool>> AppendAsync(IReadOnlyList<JournalAppend> appends, CancellationToken cancellationToken);

    /// <summary>Bytes of frames after which a read gives no further batch: what a reader holds while he is slow.</summary>
    const int ReadBytes = 256 * 1024;

    /// <summary>
    /// Reads batches of an interaction in order of epoch and number: those with an event after the position, at most <paramref name="limit"/>, and none behind the one that reaches
    /// <see cref="ReadBytes"/>.
    /// </summary>
    Task<IReadOnlyList<JournalBatch>> ReadAsync(string project, string interactionId, EventPosition after, int limit, CancellationToken cancellationToken);
}

/// <summary>One append.</summary>
/// <param name="Lease">The owner's proof.</param>
/// <param name="Batch">The events.</param>
public sealed record JournalAppend(RunLease Lease, JournalBatch Batch);

/// <summary>A stretch of events with consecutive numbers in one epoch.</summary>
public sealed record JournalBatch
{
    /// <summary>The epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>The first event's number.</summary>
    public required long FirstNumber { get; init; }

    /// <summary>The last event's number.</summary>
    public required long LastNumber { get; init; }

    /// <summary>The SSE frames, one after the other; Brotli when <see cref="IsCompressed"/>.</summary>
    public required ReadOnlyMemory<byte> Frames { get; init; }

    /// <summary>True for the compact form of ended runs.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>What a new owner needs beside the events to go on, or empty bytes: the last one in the journal holds (docs/decisions/0009). Never shown.</summary>
    public ReadOnlyMemory<byte> Checkpoint { get; init; }
}

/// <summary>A place in a run's events; the default value stands before the first.</summary>
/// <param name="Epoch">The owner's epoch.</param>
/// <param name="Number">The event's number in that epoch, counted from 1.</param>
public readonly record struct EventPosition(long Epoch, long Number) : IComparable<EventPosition>
{
    /// <summary>The <c>event_id</c> on the wire.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Epoch}-{Number}");

    /// <summary>Reads an <c>event_id</c>.</summary>
    public static bool TryParse(string? text, out EventPosition position)
    {
        position = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0 || text!.Length > 40
            || !long.TryParse(text.AsSpan(0, dash), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(text.AsSpan(dash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            || epoch < 1 || number < 1)
        {
            return false;
        }

        position = new EventPosition(epoch, number);
        return position.ToString() == text;
    }

    /// <inheritdoc/>
    public int CompareTo(EventPosition other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);

    /// <summary>Order by epoch, then number.</summary>
    public static bool operator <(EventPosition a, EventPosition b) => a.CompareTo(b) < 0;

    /// <summary>Order by epoch, then number.</summary>
    public static bool operator >(EventPosition a, EventPosition b) => a.CompareTo(b) > 0;

    /// <summary>Order by epoch, then number.</summary>
    public static bool operator <=(EventPosition a, EventPosition b) => a.CompareTo(b) <= 0;

    /// <summary>Order by epoch, then number.</summary>
    public static bool operator >=(EventPosition a, EventPosition b) => a.CompareTo(b) >= 0;
}
