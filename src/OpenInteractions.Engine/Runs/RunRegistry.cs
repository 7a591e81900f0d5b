using System.Collections.Concurrent;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>The runs that this node executes.</summary>
public sealed class RunRegistry
{
    private readonly ConcurrentDictionary<string, ActiveRun> _runs = new(StringComparer.Ordinal);

    private volatile bool _handsOver;
    private volatile bool _isClosed;

    /// <summary>This process as an owner of runs: new at each start.</summary>
    public string Owner { get; } = $"{Environment.MachineName}-{Interactions.InteractionId.Random("")}";

    /// <summary>Told of each run that this node begins to execute, when it can be followed here.</summary>
    internal event Action<string>? Started;

    /// <summary>How many runs this node executes.</summary>
    public int Count => _runs.Count;

    /// <summary>How many runs this node executes with each provider, for metrics: it walks over all of them.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> CountByProvider(IEnumerable<string> providers)
    {
        var running = _runs.Values.CountBy(r => r.Plan.Provider).ToDictionary(StringComparer.Ordinal);
        return [.. providers.Select(p => KeyValuePair.Create(p, running.GetValueOrDefault(p)))];
    }

    internal IReadOnlyList<ActiveRun> Leased => [.. _runs.Values.Where(r => r.Lease is not null)];

    internal IReadOnlyList<ActiveRun> All => [.. _runs.Values];

    internal void Add(ActiveRun run)
    {
        _runs[run.Id] = run;
        Started?.Invoke(run.Id);
        if (run.IsOver)
        {
            Remove(run); // it was over before it could be told of
        }

        // Looked at when the run can be seen, so that it is stopped here or by who said so.
        Interlocked.MemoryBarrier();
        if (_isClosed || (_handsOver && run.Lease is not null))
        {
            run.Stop(StopCause.Stopping);
        }
    }

    /// <summary>From now on runs that are kept are handed over: those that are here, and those that come.</summary>
    internal void HandOver()
    {
        _handsOver = true;
        Interlocked.MemoryBarrier();
        Stop(Leased);
    }

    /// <summary>From now on no run goes on: none that is here, and none that comes.</summary>
    internal void StopAll()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier();
        Stop(All);
    }

    private static void Stop(IReadOnlyList<ActiveRun> runs)
    {
        foreach (var run in runs)
        {
            run.Stop(StopCause.Stopping);
        }
    }

    /// <summary>The run is over. It says so before it is looked for, so that an <see cref="Add"/> in the same moment sees it.</summary>
    internal void End(ActiveRun run)
    {
        run.MarkOver();
        Remove(run);
    }

    private void Remove(ActiveRun run) => _runs.TryRemove(new KeyValuePair<string, ActiveRun>(run.Id, run));

    internal ActiveRun? Find(string id) => _runs.GetValueOrDefault(id);

    /// <summary>The events of a run on this node, or null.</summary>
    internal EventFeed? FeedOf(string project, string id) =>
        _runs.TryGetValue(id, out var run) && run.Plan.Interaction.Project == project ? run.Log?.Feed : null;

    /// <summary>True when this node executes the run under this lease.</summary>
    internal bool Holds(RunLease lease) => _runs.TryGetValue(lease.RunId, out var run) && run.Lease == lease;
}
