using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Testing;

/// <summary>A journal in memory that a test can hold, let fail, or let refuse a lease.</summary>
public sealed class MemoryJournal : IEventJournal
{
    private readonly Lock _lock = new();
    private readonly List<(string Id, JournalBatch Batch)> _rows = [];
    private readonly List<IReadOnlyList<JournalAppend>> _commits = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    /// <summary>While set, appends wait there.</summary>
    public Gate? Gate { get; set; }

    /// <summary>While set, appends fail with it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Says of each append whether it fails, and with what; null for none.</summary>
    public Func<IReadOnlyList<JournalAppend>, Exception?>? Fails { get; set; }

    /// <summary>What was appended, commit by commit, refused ones included.</summary>
    public IReadOnlyList<IReadOnlyList<JournalAppend>> Commits
    {
        get
        {
            lock (_lock)
            {
                return [.. _commits];
            }
        }
    }

    /// <summary>How often it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>From now on the lease of this run does not hold.</summary>
    public void Lose(string runId)
    {
        lock (_lock)
        {
            _lost.Add(runId);
        }
    }

    /// <summary>Puts a batch there as if an owner had written it.</summary>
    public void Put(string runId, JournalBatch batch)
    {
        lock (_lock)
        {
            _rows.Add((runId, batch));
        }
    }

    /// <summary>What is kept of a run, in order.</summary>
    public IReadOnlyList<JournalBatch> BatchesOf(string runId)
    {
        lock (_lock)
        {
            return [.. _rows.Where(r => r.Id == runId).Select(r => r.Batch).OrderBy(b => new EventPosition(b.Epoch, b.FirstNumber))];
        }
    }

    /// <summary>Completes when so many commits were made, good or refused.</summary>
    public Task CommitsAsync(int count)
    {
        lock (_lock)
        {
            if (_commits.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((count, reached));
            return reached.Task.OrTimeout($"commit {count} of the journal");
        }
    }

    public async Task<IReadOnlyList<bool>> AppendAsync(IReadOnlyList<JournalAppend> appends, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(appends);
        if (Gate is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        if ((Failure ?? Fails?.Invoke(appends)) is { } failure)
        {
            throw failure;
        }

        lock (_lock)
        {
            bool[] held = [.. appends.Select(a => !_lost.Contains(a.Lease.RunId))];
            _rows.AddRange(appends.Where((a, i) => held[i] && !_rows.Any(r => r.Id == a.Lease.RunId && (r.Batch.Epoch, r.Batch.LastNumber) == (a.Batch.Epoch, a.Batch.LastNumber))).Select(a => (a.Lease.RunId, a.Batch)));
            _commits.Add(appends);
            foreach (var wait in _waits.Where(w => w.Count <= _commits.Count).ToArray())
            {
                _waits.Remove(wait);
                wait.Reached.SetResult();
            }

            return held;
        }
    }

    public Task<IReadOnlyList<JournalBatch>> ReadAsync(string project, string interactionId, EventPosition after, int limit, CancellationToken cancellationToken)
    {
        Reads++;
        var bytes = 0;
        return Task.FromResult<IReadOnlyList<JournalBatch>>(
            [.. BatchesOf(interactionId).Where(b => new EventPosition(b.Epoch, b.LastNumber) > after).Take(limit).TakeWhile(b => (bytes += b.Frames.Length) - b.Frames.Length < IEventJournal.ReadBytes)]);
    }
}
