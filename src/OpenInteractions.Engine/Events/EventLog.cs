using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Numbers the events of one owner of one run, gives them to the feed at once and to the journal in batches. An event has its number before it
/// reaches a socket.
/// </summary>
internal sealed class EventLog
{
    /// <summary>The checkpoint of a batch after which its owner showed nothing more.</summary>
    public static readonly ReadOnlyMemory<byte> HandedOver = "handed over"u8.ToArray();

    /// <summary>Bytes that may wait for the journal before it is hurried.</summary>
    private const int EagerBytes = 64 * 1024;

    /// <summary>Bytes that may wait for the journal before the run waits as well: a disk slower than the model must not fill the memory.</summary>
    private const int MostUndurable = 256 * 1024;

    /// <summary>No frame is shorter.</summary>
    private const int ShortestFrame = 64;

    /// <summary>An owner never shows more events than so many that the journal does not have.</summary>
    public const int MostUnjournalled = MostUndurable / ShortestFrame;

    private readonly Lock _gate = new();
    private readonly RunLease? _lease;
    private readonly JournalWriter? _journal;
    private readonly CancellationTokenSource _lost;
    private readonly PendingEvents _pending;
    private readonly WithheldEvents _withheld;
    private readonly RefusedSteps _refused = new();
    private long _durable;
    private int _inFlight;
    private bool _isQueued;
    private bool _isInFlight;
    private ReadOnlyMemory<byte> _checkpoint;
    private bool _isHandedOver;
    private bool _isClosed;
    private bool _isHeldBack;
    private bool _isLost;
    private bool _isAbandoned;
    private TaskCompletionSource? _flushed;

    /// <summary>A log with a journal behind it.</summary>
    /// <param name="lease">The owner's proof.</param>
    /// <param name="journal">Keeps the batches.</param>
    /// <param name="lost">Cancelled when the lease turns out to be lost, or the journal cannot be written.</param>
    public EventLog(RunLease lease, JournalWriter journal, CancellationTokenSource lost)
    {
        (_lease, _journal, _lost) = (lease, journal, lost);
        Feed = new EventFeed(lease.Epoch, isDurable: true);
        _withheld = new WithheldEvents(Feed);
        _pending = new PendingEvents(lease.Epoch);
    }

    /// <summary>A log of a run that is not stored: the feed is all there is.</summary>
    public EventLog(CancellationTokenSource lost)
    {
        _lost = lost;
        Feed = new EventFeed(epoch: 1, isDurable: false);
        _withheld = new WithheldEvents(Feed);
        _pending = new PendingEvents(epoch: 1);
    }

    public EventFeed Feed { get; }

    public long Epoch => Feed.Epoch;

    /// <summary>The run; empty when nothing of it is kept.</summary>
    public string RunId => _lease?.RunId ?? "";

    /// <summary>Told when the store does not take an event of this run: <see cref="TakeRefusal"/> must follow.</summary>
    public Action? Refused { get; init; }

    /// <summary>True when nobody needs the batch that is under way any more: another owner goes on.</summary>
    public bool IsGone
    {
        get
        {
            lock (_gate)
            {
                return _isLost || _isAbandoned;
            }
        }
    }

    /// <summary>Numbers an event and passes it on. Who follows is told by <see cref="Show"/>, or when the run has to wait.</summary>
    /// <param name="value">The event.</param>
    /// <param name="cancellationToken">Ends the waiting. Events that end a run come without one: they do not wait, because a reader who has left will never make room.</param>
    /// <returns>Completes when the next event may follow.</returns>
    public ValueTask AppendAsync(StreamEvent value, CancellationToken cancellationToken)
    {
        var behind = 0L;
        lock (_gate)
        {
            if (_refused.IsOpen)
            {
                value = _refused.Silence(value, RunId); // the step that it tells of has no beginning in the journal
            }

            var frame = _pending.Add(value);
            if (_lease is null)
            {
                Feed.Append(frame);
                _pending.Forget();
            }
            else
            {
                if (_withheld.Add(value, frame, _pending.LastNumber, _durable) && !_isHeldBack)
                {
                    _journal!.Hurry();
                }

                Enqueue();
                behind = _isClosed || _inFlight + _pending.Length <= MostUndurable ? 0 : _durable + 1;
            }
        }

        if (!cancellationToken.CanBeCanceled)
        {
            return ValueTask.CompletedTask;
        }

        var room = behind > 0 ? new ValueTask(WaitDurableAsync(behind, cancellationToken)) : Feed.WaitForSpaceAsync(cancellationToken);
        if (!room.IsCompleted)
        {
            Show(); // a reader makes the room
        }

        return room;
    }

    /// <summary>Nothing more is at hand: who follows gets what there is.</summary>
    public void Show() => Feed.Show();

    /// <summary>What there is should be durable soon, though nobody waits for it.</summary>
    public void Hurry()
    {
        if (_lease is not null)
        {
            _journal!.Hurry();
        }
    }

    /// <summary>Keeps events from the journal until <see cref="Release"/>: the run that they belong to is not kept yet.</summary>
    public void HoldBack()
    {
        lock (_gate)
        {
            _isHeldBack = true;
        }
    }

    /// <summary>The run is kept.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _isHeldBack = false;
            if (_pending.Length > 0)
            {
                Enqueue();
            }

            if (_flushed is not null || _withheld.Any)
            {
                _journal!.Hurry(); // somebody waits already
            }
        }
    }

    /// <summary>
    /// Gives the journal what a new owner needs to go on behind the events so far. It goes with the next batch, once: the last one that was kept holds.
    /// </summary>
    /// <param name="checkpoint">What is kept.</param>
    /// <param name="carrier">An event that goes with it, as everything else may be durable already.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, StreamEvent carrier, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Of a run that the store has refused an event of, the last one that was kept holds: this one counts steps that the journal will not have.
            _checkpoint = _refused.Any ? default : checkpoint;
        }

        return AppendAsync(carrier, cancellationToken);
    }

    /// <summary>True when what is appended is kept, so that a new owner can go on.</summary>
    public bool IsKept => _lease is not null;

    /// <summary>The number of the last event.</summary>
    public long LastNumber
    {
        get
        {
            lock (_gate)
            {
                return _pending.LastNumber;
            }
        }
    }

    /// <summary>Waits until an event is durable.</summary>
    /// <exception cref="OperationCanceledException">The lease is lost, or the journal cannot be written.</exception>
    public async Task WaitDurableAsync(long number, CancellationToken cancellationToken)
    {
        Show();
        while (true)
        {
            Task flushed;
            lock (_gate)
            {
                if (_lease is null || _durable >= number)
                {
                    return;
                }

                ObjectDisposedException.ThrowIf(_isClosed, this);
                if (_isLost)
                {
                    throw new OperationCanceledException(_lost.Token);
                }

                _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                flushed = _flushed.Task;
                _journal!.Hurry();
            }

            await flushed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Ends the log with events that must not be seen before they are durable: they are numbered and handed out together with what the journal
    /// does not have yet, and shown by <see cref="ShowLast"/> after the commit that holds them.
    /// </summary>
    /// <exception cref="OperationCanceledException">The lease is lost, or the journal cannot be written.</exception>
    /// <exception cref="EventRefusedException">The store does not take an event: the log is open again.</exception>
    public async Task<ClosedLog> CloseAsync(IEnumerable<StreamEvent> last)
    {
        Show();
        while (true)
        {
            Task flushed;
            lock (_gate)
            {
                _isClosed = true; // from here on the finishing commit writes, not the batches
                if (_isLost)
                {
                    throw new OperationCanceledException(_lost.Token);
                }

                if (!_isInFlight && _refused.IsOpen)
                {
                    _isClosed = false;
                    Enqueue();
                    throw new EventRefusedException();
                }

                if (!_isInFlight)
                {
                    return Close(last);
                }

                _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                flushed = _flushed.Task;
                _journal!.Hurry();
            }

            await flushed;
        }
    }

    /// <summary>Takes back the end of the log, which nobody has seen: it could not be kept, and another end follows.</summary>
    public void Reopen(ClosedLog closed)
    {
        lock (_gate)
        {
            _pending.TakeBack(closed);
            _isClosed = false;
            if (_pending.Length > 0)
            {
                Enqueue();
            }
        }
    }

    /// <summary>Shows frames made by <see cref="CloseAsync"/> and completes the feed.</summary>
    public void ShowLast(ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            _withheld.Release(long.MaxValue);
        }

        Feed.AppendAll(frames.Span);
        Feed.Complete();
        _journal?.OnEnded(this);
    }

    /// <summary>
    /// Makes all that was shown durable, with a mark that nothing else was: the next owner then knows what clients have seen, where after a crash he
    /// must guess.
    /// </summary>
    /// <param name="last">The last event of this owner, which carries the mark.</param>
    /// <exception cref="OperationCanceledException">The lease is lost, or the journal cannot be written.</exception>
    public async Task HandOverAsync(StreamEvent last)
    {
        await WaitForCheckpointAsync(); // a batch holds one, and this one is to be the last
        lock (_gate)
        {
            _isHandedOver = !_refused.Any; // of what was refused, readers have seen more than the journal will have
        }

        await AppendAsync(last, CancellationToken.None);
        await WaitDurableAsync(LastNumber, CancellationToken.None);
    }

    /// <summary>Ends the feed without last events: another owner goes on, or nobody.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isClosed = _isAbandoned = true;
        }

        Feed.Complete();
    }

    /// <summary>The events that wait for the journal, as one append; null when there are none.</summary>
    public JournalAppend? TakeBatch()
    {
        lock (_gate)
        {
            _isQueued = false;
            if (_isClosed || _isLost || _pending.Length == 0)
            {
                return null; // what was lost with the lease is a gap: nothing may follow it, though the row may still be this owner's
            }

            var batch = _pending.Take(TakeCheckpoint(), EagerBytes);
            (_isInFlight, _inFlight) = (true, batch.Frames.Length);
            return new JournalAppend(_lease!.Value, batch);
        }
    }

    /// <summary>The journal has answered.</summary>
    /// <returns>True when the run learns by this that its lease is lost.</returns>
    public bool OnFlushed(JournalBatch batch, bool leaseHeld)
    {
        if (!leaseHeld)
        {
            return Lose();
        }

        TaskCompletionSource? flushed;
        bool isMoreShown;
        lock (_gate)
        {
            _durable = batch.LastNumber;
            (_isInFlight, _inFlight) = (false, 0);
            (flushed, _flushed) = (_flushed, null);
            isMoreShown = _withheld.Release(_durable);
        }

        Feed.MarkDurable(batch.LastNumber);
        if (isMoreShown)
        {
            // Not on this thread: the journal does not wait for readers.
            ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.Show(), Feed, preferLocal: false);
        }

        flushed?.TrySetResult();
        return false;
    }

    /// <summary>The batch could not be kept; the writer has logged why, once for all runs.</summary>
    public void OnFlushFailed() => Lose();

    /// <summary>The store does not take this batch and never will, though it works (<see cref="RefusedSteps"/>).</summary>
    public void OnRefused(JournalBatch batch)
    {
        TaskCompletionSource? flushed;
        lock (_gate)
        {
            if (_refused.Any)
            {
                flushed = null; // not even what stands in its place: nothing of this run can be kept
            }
            else
            {
                _refused.Begin();
                _pending.Replace(batch, value => _refused.Silence(value, RunId));
                (_isHandedOver, _isInFlight, _inFlight, _checkpoint) = (false, false, 0, default);
                (flushed, _flushed) = (_flushed ?? new TaskCompletionSource(), null);
                Enqueue();
            }
        }

        if (flushed is null)
        {
            Lose();
            return;
        }

        Refused?.Invoke();
        flushed.TrySetResult();
    }

    /// <summary>Takes note that the store refused an event: the index of the first step that it does not know whole. Null when it refused none.</summary>
    public int? TakeRefusal()
    {
        lock (_gate)
        {
            return _refused.Take();
        }
    }

    /// <summary>Somebody else owns the run, or may: whoever waits for its events to be kept learns it.</summary>
    /// <returns>True the first time.</returns>
    public bool OnLeaseLost() => Lose();

    // Called with the gate held.
    private ClosedLog Close(IEnumerable<StreamEvent> last)
    {
        var frames = _pending.AddLast(last);
        return new ClosedLog(_pending.AsBatch(TakeCheckpoint()), frames);
    }

    private ReadOnlyMemory<byte> TakeCheckpoint()
    {
        var checkpoint = _isHandedOver ? HandedOver : _checkpoint;
        _checkpoint = default;
        return checkpoint;
    }

    private async Task WaitForCheckpointAsync()
    {
        long? number;
        lock (_gate)
        {
            number = _checkpoint.IsEmpty ? null : _pending.LastNumber;
        }

        if (number is { } carried)
        {
            await WaitDurableAsync(carried, CancellationToken.None);
        }
    }

    private bool Lose()
    {
        TaskCompletionSource? flushed;
        lock (_gate)
        {
            if (_isLost)
            {
                return false;
            }

            (_isLost, _isInFlight) = (true, false);
            (flushed, _flushed) = (_flushed, null);
        }

        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run ended while its batch was under way: there is nobody left to stop.
        }

        flushed?.TrySetResult();
        return true;
    }

    private void Enqueue()
    {
        if (_isClosed || _isHeldBack)
        {
            return;
        }

        if (!_isQueued)
        {
            _isQueued = true;
            _journal!.Add(this);
        }

        if (_pending.Length > EagerBytes)
        {
            _journal!.Hurry();
        }
    }
}

/// <summary>The store does not take an event of a run that is about to end.</summary>
internal sealed class EventRefusedException : Exception;
