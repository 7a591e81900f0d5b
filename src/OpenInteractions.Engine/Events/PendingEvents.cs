using System.Buffers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>Numbers the events of one owner of one run, and holds those that the journal does not have yet. Its log holds a lock while it calls.</summary>
internal sealed class PendingEvents(long epoch)
{
    private ArrayBufferWriter<byte> _frames = new(256);
    private long _from = 1;

    /// <summary>The number of the last event.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Bytes that wait.</summary>
    public int Length => _frames.WrittenCount;

    /// <summary>Numbers an event.</summary>
    /// <returns>Its frame, until the next call.</returns>
    public ReadOnlySpan<byte> Add(StreamEvent value)
    {
        var start = Length;
        try
        {
            EventFrame.Write(_frames, value with { EventId = EventFrame.Id(epoch, ++LastNumber) });
        }
        catch
        {
            // Half of an event that could not be written must not stand in the batch.
            Restore(_frames.WrittenSpan[..start]);
            LastNumber--;
            throw;
        }

        return _frames.WrittenSpan[start..];
    }

    /// <summary>Numbers the last events of the run.</summary>
    /// <returns>Their frames.</returns>
    public ReadOnlyMemory<byte> AddLast(IEnumerable<StreamEvent> last)
    {
        var start = Length;
        foreach (var value in last)
        {
            EventFrame.Write(_frames, value with { EventId = EventFrame.Id(epoch, ++LastNumber) });
        }

        return _frames.WrittenMemory[start..];
    }

    /// <summary>No journal will have them.</summary>
    public void Forget() => _frames.ResetWrittenCount();

    /// <summary>What waits, as one batch.</summary>
    public JournalBatch AsBatch(ReadOnlyMemory<byte> checkpoint) => new()
    {
        Epoch = epoch,
        FirstNumber = _from,
        LastNumber = LastNumber,
        Frames = _frames.WrittenMemory,
        Checkpoint = checkpoint,
    };

    /// <summary>What waits, for the journal: from now on it waits no more.</summary>
    /// <param name="checkpoint">What goes with it.</param>
    /// <param name="room">Bytes that are at most set aside for what comes next.</param>
    public JournalBatch Take(ReadOnlyMemory<byte> checkpoint, int room)
    {
        var batch = AsBatch(checkpoint);
        _frames = new ArrayBufferWriter<byte>(Math.Clamp(batch.Frames.Length, 256, room));
        _from = LastNumber + 1;
        return batch;
    }

    /// <summary>Takes back the last events, which nobody has seen.</summary>
    public void TakeBack(ClosedLog closed)
    {
        for (var rest = closed.LastFrames; !rest.IsEmpty; rest = rest[EventFrame.SkipFrames(rest.Span, 1)..])
        {
            LastNumber--;
        }

        Restore(closed.Tail.Frames.Span[..^closed.LastFrames.Length]);
    }

    /// <summary>Puts other events in the place of a batch that was not taken and of all that wait behind it, under their numbers.</summary>
    public void Replace(JournalBatch refused, Func<StreamEvent, StreamEvent> other)
    {
        var waiting = _frames.WrittenMemory;
        (_frames, _from) = (new ArrayBufferWriter<byte>(256), refused.FirstNumber);
        foreach (var value in EventFrame.ReadAll(refused.Frames).Concat(EventFrame.ReadAll(waiting)))
        {
            EventFrame.Write(_frames, other(value));
        }
    }

    private void Restore(ReadOnlySpan<byte> frames)
    {
        var whole = new ArrayBufferWriter<byte>(frames.Length + 256);
        whole.Write(frames);
        _frames = whole;
    }
}
