using System.Collections.Concurrent;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Engine.Environments;

/// <summary>The hosts that this node serves: its own machine, and each worker that is connected to it.</summary>
/// <param name="local">This machine.</param>
/// <param name="make">Makes what a worker's host needs.</param>
/// <param name="workers">Workers as they are kept; null where there are none.</param>
/// <param name="options">Settings.</param>
/// <param name="time">The clock.</param>
internal sealed class HostSites(HostSite local, Func<StoredWorker, WorkerLine, HostSite> make, IWorkerStore? workers, EnvironmentOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, (HostSite Site, WorkerLine Line)> _workers = new(StringComparer.Ordinal);

    public HostSite Local => local;

    public bool HasLocal => local.Host.Obstacle is null;

    /// <summary>Whether there are workers at all, connected or not.</summary>
    public bool HasWorkers { get; set; }

    /// <summary>Sites of workers, those that are away included.</summary>
    public IEnumerable<HostSite> Workers => _workers.Values.Select(w => w.Site);

    /// <summary>Sites of workers that are connected.</summary>
    public IEnumerable<HostSite> Connected => _workers.Values.Where(w => w.Line.IsConnected).Select(w => w.Site);

    public IEnumerable<HostSite> All => Workers.Prepend(local);

    /// <summary>A worker is there.</summary>
    public async Task ConnectAsync(StoredWorker worker, ISandboxEngine engine)
    {
        HasWorkers = true;
        var (site, line) = _workers.GetOrAdd(worker.Id, _ =>
        {
            var line = new WorkerLine(worker.Id, time);
            return (make(worker, line), line);
        });
        await site.Disks.BeginAnewAsync(time.GetUtcNow());
        line.Connect(engine);
    }

    /// <summary>It is away. What waits for it hears that.</summary>
    public void Disconnect(string worker, ISandboxEngine engine)
    {
        if (_workers.TryGetValue(worker, out var known))
        {
            known.Line.Disconnect(engine);
        }
    }

    /// <summary>The site of a host that can be used here now; null when it cannot.</summary>
    public HostSite? Find(string host) =>
        HasLocal && host == local.Host.Id ? local : _workers.TryGetValue(host, out var worker) && worker.Line.IsConnected ? worker.Site : null;

    /// <summary>The site of an environment.</summary>
    /// <exception cref="ApiException">Its host is elsewhere, away or lost.</exception>
    public async ValueTask<HostSite> RequireAsync(StoredEnvironment row, CancellationToken cancellationToken)
    {
        if (Find(row.Host) is { } site)
        {
            return site;
        }

        throw await StandingAsync(row, cancellationToken) switch
        {
            { State: WorkerState.Away } standing => EnvironmentFaults.Away(row.Host, standing.Since),
            { State: WorkerState.Lost or WorkerState.Deleted } standing => EnvironmentFaults.Lost(row, standing.State == WorkerState.Deleted ? null : standing.Since),
            _ => new ApiException(ErrorCode.FailedPrecondition, $"The files of '{row.Id}' are on another server of this installation than the one that got the request. Send it there.", "environment"),
        };
    }

    /// <summary>How it stands with the worker that has an environment; null when it is on no worker.</summary>
    public async ValueTask<WorkerStanding?> StandingAsync(StoredEnvironment row, CancellationToken cancellationToken) =>
        row.Host.StartsWith(StoredWorker.Prefix, StringComparison.Ordinal) && workers is not null
            ? StandingOf(row.Host, await workers.GetAsync(row.Host, cancellationToken))
            : null;

    /// <summary>How it stands with a worker.</summary>
    public WorkerStanding StandingOf(string id, StoredWorker? worker)
    {
        if (worker is null or { IsDeleted: true })
        {
            return new WorkerStanding(id, WorkerState.Deleted, null);
        }

        var since = worker.Seen ?? worker.Created;
        return new WorkerStanding(id, Find(id) is not null || worker.IsLeased ? WorkerState.Connected : since + options.LostAfter <= time.GetUtcNow() ? WorkerState.Lost : WorkerState.Away, since);
    }

    /// <summary>The host that a new environment of a project goes to.</summary>
    /// <exception cref="ApiException">There is none now.</exception>
    public HostSite Place(string project)
    {
        if (HasLocal && options.Placement == EnvironmentPlacement.Local)
        {
            return local;
        }

        var candidates = Connected.Where(s => s.Worker!.Serves(project));
        if (HasLocal && options.Placement == EnvironmentPlacement.Any)
        {
            candidates = candidates.Prepend(local);
        }

        return candidates.MinBy(s => s.Live.Count)
            ?? throw new ApiException(ErrorCode.ServiceUnavailable, "No worker that serves this project is connected to this server now. Try again later, or start one: 'oi workers list' shows them.", retryAfter: TimeSpan.FromSeconds(15));
    }

    public bool IsUsed(string environment) => All.Any(s => s.Live.IsUsed(environment));

    public void Dispose()
    {
        foreach (var site in All)
        {
            site.Dispose();
        }
    }
}

/// <summary>How it stands with a worker.</summary>
/// <param name="Worker">Its id.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Since">When it was seen last; null when it was deleted.</param>
public sealed record WorkerStanding(string Worker, WorkerState State, DateTimeOffset? Since);

/// <summary>Whether a worker is there.</summary>
public enum WorkerState
{
    /// <summary>It is connected, to this node or another.</summary>
    Connected,

    /// <summary>It is not, and may come back.</summary>
    Away,

    /// <summary>It is away for so long that its environments count as lost.</summary>
    Lost,

    /// <summary>It was deleted.</summary>
    Deleted,
}
