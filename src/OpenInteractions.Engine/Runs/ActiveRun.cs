using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Why a run was stopped from outside.</summary>
internal enum StopCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Somebody asked for it (behaviour BG-3), or the only reader of a run that is not stored has left (behaviour ST-20).</summary>
    Cancelled,

    /// <summary>Its time is over: nobody stopped it.</summary>
    Deadline,

    /// <summary>Another node owns it, or may: write nothing.</summary>
    LeaseLost,

    /// <summary>The store works, and does not take what this run made.</summary>
    Refused,

    /// <summary>This node stops: hand it over.</summary>
    Stopping,
}

/// <summary>A run that this node executes.</summary>
internal sealed class ActiveRun : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource? _lost;
    private Task<Task<StoredInteraction?>>? _work;
    private int _cause;
    private int _isOver;
    private long _leasedAt;

    /// <param name="plan">What to do.</param>
    /// <param name="lease">The lease, or null.</param>
    /// <param name="journal">Keeps the events.</param>
    /// <param name="hasEvents">True when somebody may listen.</param>
    /// <param name="time">The clock of the deadline.</param>
    public ActiveRun(RunPlan plan, RunLease? lease, JournalWriter journal, bool hasEvents, TimeProvider time)
    {
        (Plan, Lease, LeasedAt) = (plan, lease, time.GetTimestamp());
        _stop = new CancellationTokenSource(Left(plan.TimeLeft), time);
        if (hasEvents)
        {
            _lost = new CancellationTokenSource();
            _lost.Token.UnsafeRegister(static run => ((ActiveRun)run!).Stop(StopCause.LeaseLost), this);
            Log = lease is { } held ? new EventLog(held, journal, _lost) { Refused = () => Stop(StopCause.Refused) } : new EventLog(_lost);
        }
    }

    public RunPlan Plan { get; }

    public string Id => Plan.Interaction.Id;

    /// <summary>The owner's proof; null for a run that is kept only when it has ended, or never.</summary>
    public RunLease? Lease { get; }

    /// <summary>When the lease was last known to be this node's, by <see cref="TimeProvider.GetTimestamp"/>: before the call that took or renewed it.</summary>
    public long LeasedAt
    {
        get => Volatile.Read(ref _leasedAt);
        set => Volatile.Write(ref _leasedAt, value);
    }

    /// <summary>Ends when the run's row is durable, for a run that began while it was written. Nothing of the run may be kept before.</summary>
    public Task Kept { get; init; } = Task.CompletedTask;

    /// <summary>What <see cref="Interactions.ConversationChain.Erasures"/> was when the run began.</summary>
    public long ErasuresBefore { get; init; }

    /// <summary>The run's events; null when nobody can listen.</summary>
    public EventLog? Log { get; }

    /// <summary>Ends the work. The cause says why.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Why the work was ended. What nobody stopped has run out of time.</summary>
    public StopCause Cause => (StopCause)Volatile.Read(ref _cause) is var cause and not StopCause.None ? cause : _stop.IsCancellationRequested ? StopCause.Deadline : StopCause.None;

    /// <summary>
    /// Set when the model has given something and pauses, or the run has ended before it did. Who waits goes on on the run's thread, which has nothing else
    /// to do then: a switch to another one takes longer than writing the first frames.
    /// </summary>
    public TaskCompletionSource FirstOutput { get; } = new();

    /// <summary>Why the run failed before the model gave anything, or null.</summary>
    public ApiException? Refusal { get; set; }

    /// <summary>What the caller should know of an answer that is kept and shown as it is, or null.</summary>
    public string? Warning { get; private set; }

    /// <summary>The execution: the interaction as it ended; null when another owner goes on with it. Fails with the error of a run that nothing is kept of.</summary>
    public Task<StoredInteraction?> Execution { get; set; } = Task.FromResult<StoredInteraction?>(null);

    /// <summary>Sets what <see cref="Begin"/> starts.</summary>
    public void Prepare(Func<Task<StoredInteraction?>> work)
    {
        // Behind what is queued already: the answer that tells the caller of the run goes out before it.
        _work = new Task<Task<StoredInteraction?>>(
            () =>
            {
                Thread.Yield(); // and whom the answer has just woken up has this processor first, if he waits for it
                return work();
            },
            TaskCreationOptions.PreferFairness);
        Execution = _work.Unwrap();
    }

    /// <summary>Something the caller should know; null for nothing.</summary>
    public void Warn(string? text) => Warning = Warning is null || text is null ? Warning ?? text : $"{Warning}; {text}";

    /// <summary>Starts the work, beside the caller.</summary>
    public void Begin() => _work!.Start(TaskScheduler.Default);

    /// <summary>True when nothing more will happen, shortly before <see cref="Execution"/> says so.</summary>
    public bool IsOver => Volatile.Read(ref _isOver) == 1;

    /// <summary>Nothing more will happen. A full fence: what is read after it is newer.</summary>
    public void MarkOver() => Interlocked.Exchange(ref _isOver, 1);

    /// <summary>Stops the work for a reason; the first reason counts, but a lost lease outweighs all.</summary>
    /// <returns>True when the run learns by this that its lease is lost.</returns>
    public bool Stop(StopCause cause)
    {
        if (cause == StopCause.LeaseLost)
        {
            Volatile.Write(ref _cause, (int)cause);
        }
        else
        {
            Interlocked.CompareExchange(ref _cause, (int)cause, (int)StopCause.None);
        }

        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in the same moment.
        }

        return cause == StopCause.LeaseLost && Log?.OnLeaseLost() == true;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _lost?.Dispose();
    }

    // Timers take no longer ones.
    private static TimeSpan Left(TimeSpan left)
    {
        var most = TimeSpan.FromDays(30);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < most ? left : most;
    }
}
