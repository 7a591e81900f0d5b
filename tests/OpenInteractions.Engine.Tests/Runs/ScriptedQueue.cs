using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>Of a queue only what the keeper of leases, the watch for cancels and the backlog ask; the test says what it answers.</summary>
internal sealed class ScriptedQueue : IRunQueue
{
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private int _renewals;

    /// <summary>What the next renewals do, from the leases that are asked about.</summary>
    public Func<IReadOnlyList<RunLease>, Task<IReadOnlyList<RunLease>>> Renew { get; set; } = Task.FromResult;

    /// <summary>What waits.</summary>
    public IReadOnlyList<QueuedRuns> Queued { get; set; } = [];

    /// <summary>How it is told what waits; null for at once.</summary>
    public Func<Task<IReadOnlyList<QueuedRuns>>>? ReadQueue { get; set; }

    public HashSet<string> Cancelled { get; } = [];

    /// <summary>The runs that have not ended, and the epochs of their newest owners.</summary>
    public Dictionary<string, long> Epochs { get; } = [];

    /// <summary>While set, nobody learns whose run is to be cancelled.</summary>
    public bool IsAway { get; set; }

    /// <summary>Set, whoever wants to know whose run is to be cancelled waits there first.</summary>
    public Gate? Gate { get; set; }

    /// <summary>Never answers, and does not hear that nobody waits any more.</summary>
    public static Task<IReadOnlyList<RunLease>> Never(IReadOnlyList<RunLease> leases) => new TaskCompletionSource<IReadOnlyList<RunLease>>().Task;

    public static Task<IReadOnlyList<RunLease>> Fail(IReadOnlyList<RunLease> leases) => throw new StoreUnavailableException("Out of reach.", new IOException());

    /// <summary>Completes when so many renewals were asked for.</summary>
    public Task RenewalsAsync(int count)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((count, reached));
            Signal();
            return reached.Task.OrTimeout($"renewal {count}");
        }
    }

    public Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, TimeSpan ttl, CancellationToken cancellationToken)
    {
        try
        {
            return Renew(leases);
        }
        finally
        {
            lock (_lock)
            {
                _renewals++;
                Signal();
            }
        }
    }

    public async Task<IReadOnlyList<RunLease>> FindCancelledAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellationToken)
    {
        if (Gate is { } gate)
        {
            await gate.PassAsync(CancellationToken.None);
        }

        return IsAway ? throw new StoreUnavailableException("Out of reach.") : [.. leases.Where(l => Cancelled.Contains(l.RunId))];
    }

    public Task<RunLease?> InsertAsync(StoredInteraction interaction, NewRun run, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MarkedInsert> InsertOnceAsync(StoredInteraction interaction, NewRun run, IdempotencyMark mark, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<EarlierCreate?> FindEarlierAsync(string project, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, ClaimRules rules, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ClaimedRun>> ClaimCancelledAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long?> FindEpochAsync(string project, string id, CancellationToken cancellationToken) => Task.FromResult(Epochs.TryGetValue(id, out var epoch) ? epoch : default(long?));

    public Task<bool> ReleaseAsync(RunLease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> FinishAsync(RunLease lease, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CancelResult> CancelAsync(string project, string id, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> ExpireDeadOwnersAsync(string liveOwner, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<(long Queued, long Running)> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<QueuedRuns>> ReadQueueAsync(CancellationToken cancellationToken) => ReadQueue?.Invoke() ?? Task.FromResult(Queued);

    private void Signal()
    {
        foreach (var wait in _waits.Where(w => w.Count <= _renewals).ToArray())
        {
            _waits.Remove(wait);
            wait.Reached.SetResult();
        }
    }
}
