using System.Buffers;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Events that are not shown yet. A new owner has to know what clients may have seen, and should not have to guess at steps that never were: a step that begins while
/// the end of the one before it is not durable waits here, with all that follows. The turn does not wait; steps that come together become durable, and are shown,
/// together. The log holds a lock while it calls.
/// </summary>
internal sealed class WithheldEvents(EventFeed feed)
{
    private readonly Queue<Withheld> _waiting = new();
    private Withheld? _last;
    private long _lastMark;

    /// <summary>True when something waits.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>Shows an event, or keeps it for later.</summary>
    /// <param name="value">The event.</param>
    /// <param name="frame">Its frame.</param>
    /// <param name="number">Its number.</param>
    /// <param name="durable">The last number that the journal has.</param>
    /// <returns>True when a step has to wait: the journal should hurry.</returns>
    public bool Add(StreamEvent value, ReadOnlySpan<byte> frame, long number, long durable)
    {
        var hasToWait = false;
        if (value is StepStartEvent)
        {
            hasToWait = _lastMark > durable;
            if (hasToWait)
            {
                _waiting.Enqueue(_last = new Withheld(_lastMark, new ArrayBufferWriter<byte>(frame.Length)));
            }
        }

        _lastMark = value is StepStartEvent or StepStopEvent ? number : _lastMark;

        if (Any)
        {
            _last!.Frames.Write(frame);
        }
        else
        {
            feed.Append(frame);
        }

        return hasToWait;
    }

    /// <summary>Shows what waits for nothing more than this.</summary>
    /// <param name="durable">The last number that the journal has.</param>
    /// <returns>True when that was something.</returns>
    public bool Release(long durable)
    {
        var isAny = false;
        while (_waiting.TryPeek(out var next) && next.Behind <= durable)
        {
            feed.AppendAll(_waiting.Dequeue().Frames.WrittenSpan);
            isAny = true;
        }

        return isAny;
    }

    /// <param name="Behind">The end of the step before, or its start where it has no end, which must be durable first.</param>
    /// <param name="Frames">What waits for it.</param>
    private sealed record Withheld(long Behind, ArrayBufferWriter<byte> Frames);
}
