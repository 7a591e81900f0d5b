namespace OpenInteractions.Engine.Events;

/// <summary>
/// The newest events of a run on this node, as one growing buffer of frames that any number of readers follow. The buffer is bounded: what is
/// durable is dropped from its head, and a reader who falls behind reads the journal; where there is no journal the writer waits for its reader.
/// </summary>
public sealed class EventFeed
{
    /// <summary>Bytes that are kept before the head is dropped.</summary>
    public const int Bound = 128 * 1024;

    private readonly Lock _gate = new();
    private readonly bool _isDurable;
    private readonly List<int> _ends = [];
    private byte[] _buffer = new byte[512];
    private int _length;
    private long _base;
    private long _firstNumber = 1;
    private long _durableEnd;
    private long _consumed;
    private bool _isComplete;
    private List<FeedFollower>? _waiting;
    private List<FeedFollower>? _spare;
    private TaskCompletionSource? _space;

    /// <summary>A feed of an epoch.</summary>
    /// <param name="epoch">The owner's epoch.</param>
    /// <param name="isDurable">True when a journal follows the feed.</param>
    public EventFeed(long epoch, bool isDurable)
    {
        Epoch = epoch;
        _isDurable = isDurable;
    }

    /// <summary>The owner's epoch.</summary>
    public long Epoch { get; }

    /// <summary>The last event's number; 0 when there is none.</summary>
    public long LastNumber
    {
        get
        {
            lock (_gate)
            {
                return _firstNumber + _ends.Count - 1;
            }
        }
    }

    /// <summary>Adds a frame. Readers who wait are told by <see cref="Show"/>.</summary>
    internal void Append(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            MakeRoom(frame.Length);
            frame.CopyTo(_buffer.AsSpan(_length));
            _length += frame.Length;
            _ends.Add(_length);
        }
    }

    /// <summary>Adds frames one by one.</summary>
    internal void AppendAll(ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var length = EventFrame.SkipFrames(frames, 1);
            Append(frames[..length]);
            frames = frames[length..];
        }
    }

    /// <summary>
    /// Wakes the readers who wait, on the caller's thread, which saves each token a switch of threads. To be called when no more is at hand, so that what
    /// came together goes out together.
    /// </summary>
    internal void Show()
    {
        List<FeedFollower>? waiting;
        lock (_gate)
        {
            waiting = _waiting;
            if (waiting is not { Count: > 0 })
            {
                return;
            }

            (_waiting, _spare) = (_spare, null);
        }

        foreach (var reader in waiting)
        {
            reader.Signal();
        }

        waiting.Clear();
        lock (_gate)
        {
            _spare ??= waiting;
        }
    }

    /// <summary>No more events will come.</summary>
    internal void Complete()
    {
        TaskCompletionSource? space;
        List<FeedFollower>? waiting;
        lock (_gate)
        {
            _isComplete = true;
            (space, _space) = (_space, null);
            (waiting, _waiting) = (_waiting, null);
        }

        space?.TrySetResult();
        foreach (var reader in waiting ?? [])
        {
            reader.SignalEnd();
        }
    }

    /// <summary>Everything up to a number is in the journal and may be dropped.</summary>
    internal void MarkDurable(long number)
    {
        lock (_gate)
        {
            var index = number - _firstNumber;
            if (index >= 0 && index < _ends.Count)
            {
                _durableEnd = _base + _ends[(int)index];
            }
        }
    }

    /// <summary>Waits until a reader has taken enough, where nothing else could serve him.</summary>
    internal ValueTask WaitForSpaceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isDurable || _isComplete || _base + _length - _consumed < Bound)
            {
                return ValueTask.CompletedTask;
            }

            _space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_space.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Opens a place behind an event of this epoch.</summary>
    /// <returns>False when the journal has the place and this has not: it was dropped, or is of the end, which is kept before it is shown here.</returns>
    public bool TryOpen(long afterNumber, out long offset)
    {
        lock (_gate)
        {
            var index = afterNumber - _firstNumber;
            offset = index >= 0 && index < _ends.Count ? _base + _ends[(int)index] : _base;
            return index >= -1 && index < _ends.Count;
        }
    }

    /// <summary>What stands behind a place.</summary>
    /// <param name="offset">The place; moved behind what is returned.</param>
    /// <param name="lastNumber">The number of the last event that was returned.</param>
    /// <param name="frames">Whole frames; they stay valid.</param>
    public FeedRead TryRead(ref long offset, out long lastNumber, out ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            lastNumber = _firstNumber + _ends.Count - 1;
            frames = default;
            if (offset < _base)
            {
                return FeedRead.Dropped;
            }

            var start = (int)(offset - _base);
            if (start < _length)
            {
                frames = _buffer.AsMemory(start, _length - start);
                offset = _base + _length;
                return FeedRead.Frames;
            }

            return _isComplete ? FeedRead.Complete : FeedRead.Nothing;
        }
    }

    /// <summary>Notes a reader who is to be told when there is more behind a place, or the feed is complete.</summary>
    /// <returns>False when that is so already.</returns>
    internal bool TryAwait(FeedFollower reader, long offset)
    {
        lock (_gate)
        {
            if (_isComplete || offset < _base + _length)
            {
                return false;
            }

            _waiting ??= new List<FeedFollower>(1);
            if (!_waiting.Contains(reader))
            {
                _waiting.Add(reader); // not there already from a wait that ended in silence
            }

            return true;
        }
    }

    /// <summary>A reader has left.</summary>
    internal void Forget(FeedFollower reader)
    {
        lock (_gate)
        {
            _waiting?.Remove(reader);
        }
    }

    /// <summary>The only reader of a feed without a journal has passed this place on.</summary>
    public void MarkConsumed(long offset)
    {
        TaskCompletionSource? space = null;
        lock (_gate)
        {
            _consumed = Math.Max(_consumed, offset);
            if (_base + _length - _consumed < Bound)
            {
                (space, _space) = (_space, null);
            }
        }

        space?.TrySetResult();
    }

    // Called with the gate held. Readers may hold slices of the old array: its bytes are never changed, only left behind.
    private void MakeRoom(int count)
    {
        var droppable = (int)((_isDurable ? _durableEnd : _consumed) - _base);
        if (_length + count > Bound && droppable > 0)
        {
            var dropped = _ends.BinarySearch(droppable);
            dropped = dropped >= 0 ? dropped + 1 : ~dropped;
            var cut = dropped == 0 ? 0 : _ends[dropped - 1];
            _ends.RemoveRange(0, dropped);
            for (var i = 0; i < _ends.Count; i++)
            {
                _ends[i] -= cut;
            }

            _firstNumber += dropped;
            _base += cut;
            var rest = _buffer.AsSpan(cut, _length - cut);
            var fresh = new byte[Math.Max(4096, rest.Length + count)];
            rest.CopyTo(fresh);
            _length -= cut;
            _buffer = fresh;
        }

        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }
    }
}

/// <summary>What a read of a feed gave.</summary>
public enum FeedRead
{
    /// <summary>Frames.</summary>
    Frames,

    /// <summary>Nothing yet.</summary>
    Nothing,

    /// <summary>Nothing more.</summary>
    Complete,

    /// <summary>The place is no longer in memory: the journal has it.</summary>
    Dropped,
}
