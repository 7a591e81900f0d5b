using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Engine.Environments;

/// <summary>The environments of the hosts that this node serves.</summary>
public sealed partial class HostEnvironments : IEnvironments, IEnvironmentSpecRules, IDisposable
{
    /// <summary>What ids begin with.</summary>
    public const string Prefix = "env_";

    private readonly IEnvironmentStore _store;
    private readonly InteractionId _ids;
    private readonly EnvironmentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HostEnvironments> _logger;
    private readonly EnvironmentForms _forms;
    private readonly EnvironmentRules _rules;
    private readonly HostSites _sites;
    private readonly CheckpointImages? _images;
    private readonly SemaphoreSlim _chains = new(1);

    /// <summary>Opens nothing yet.</summary>
    public HostEnvironments(
        SandboxHost host, IEnvironmentStore store, ICheckpointStore checkpoints, ISecretBox box, InteractionId ids, IEnumerable<IEnvironmentSource> sources, IOptions<EnvironmentOptions> options,
        EngineInstruments instruments, TimeProvider time, ILogger<HostEnvironments> logger, ISandboxNetworks? networks = null, INetworkRuleReader? rules = null, ICheckpointImages? images = null,
        IWorkerStore? workers = null, ICredentials? credentials = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        (_store, _ids, _options, _time, _logger) = (store, ids, options.Value, time, logger);
        var readers = sources.ToDictionary(s => s.Type, StringComparer.Ordinal);
        _forms = new EnvironmentForms(box);
        _rules = new EnvironmentRules(readers, rules, hasNetwork: networks is not null);
        _images = images is null ? null : new CheckpointImages(images, box, time);
        var loader = new SourceLoader(readers, store, _forms, new SourceHeaders(rules, credentials), _options, time, logger);
        HostSite Make(SandboxHost host, StoredWorker? worker)
        {
            var made = CheckpointsOf(host, isInStore: worker is not null);
            var disks = new EnvironmentDisks(host, store, made, _options, logger);
            return new HostSite(host, disks, new LiveEnvironments(host, store, _forms, disks, loader, _options, time, networks, logger), made) { Worker = worker };
        }

        Checkpoints CheckpointsOf(SandboxHost host, bool isInStore) => new(host, checkpoints, store, _images, isInStore, ids, _options, instruments, time, logger);
        Kept = _images is null ? null : CheckpointsOf(host, isInStore: true);
        _sites = new HostSites(Make(host, worker: null), (worker, line) => Make(new SandboxHost(worker.Id, line, host.Directory), worker), workers, _options, time);
    }

    /// <inheritdoc/>
    public bool IsOffered => _sites.HasLocal || _sites.HasWorkers;

    /// <summary>Why there are no sandboxes on this machine, known without a trial; null when there may be.</summary>
    public string? Obstacle => Local.Host.Obstacle;

    /// <summary>What was found about walls and limits of this machine; null until it was tried.</summary>
    public PreflightReport? Report => Local.Disks.Report;

    /// <summary>Sandboxes of this machine that live.</summary>
    public int Live => Local.Live.Count;

    /// <summary>Workers that are connected to this node, with how many of their sandboxes live.</summary>
    public IReadOnlyDictionary<string, int> Workers => _sites.Connected.ToDictionary(s => s.Worker!.Id, s => s.Live.Count);

    /// <summary>What new sandboxes of this machine see as their system: <c>host</c>, <c>built ID</c> or <c>path</c>; null where there are none.</summary>
    public string? RootFileSystem => Local.Host.RootFileSystem();

    /// <summary>Checkpoints in the store; null where none are kept there.</summary>
    internal Checkpoints? Kept { get; }

    internal HostSite Local => _sites.Local;

    internal HostSites Sites => _sites;

    /// <summary>A worker is connected: its environments can be used.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="engine">What it can do.</param>
    public Task ConnectAsync(StoredWorker worker, ISandboxEngine engine)
    {
        ArgumentNullException.ThrowIfNull(worker);
        return _sites.ConnectAsync(worker, engine);
    }

    /// <summary>A worker is connected no longer.</summary>
    /// <param name="worker">Its id.</param>
    /// <param name="engine">What it could do.</param>
    public void Disconnect(string worker, ISandboxEngine engine) => _sites.Disconnect(worker, engine);

    /// <summary>Stops what lives on a worker that is connected here.</summary>
    /// <param name="worker">Its id.</param>
    public Task StopOfAsync(string worker) => _sites.Find(worker)?.Live.StopAllAsync() ?? Task.CompletedTask;

    /// <summary>How it stands with a worker.</summary>
    public WorkerStanding StandingOf(StoredWorker worker)
    {
        ArgumentNullException.ThrowIfNull(worker);
        return _sites.StandingOf(worker.Id, worker);
    }

    /// <summary>How it stands with the worker that has an environment; null when it is on no worker.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<WorkerStanding?> StandingAsync(StoredEnvironment environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return _sites.StandingAsync(environment, cancellationToken);
    }

    /// <inheritdoc/>
    public void Check(EnvironmentSpec spec, string field) => _rules.Check(spec, field);

    /// <inheritdoc/>
    public async ValueTask<string?> UnavailableAsync(CancellationToken cancellationToken) =>
        _sites.HasWorkers && (!_sites.HasLocal || _options.Placement != EnvironmentPlacement.Local) ? null : await Local.Disks.ObstacleAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<StoredEnvironment> CreateAsync(string project, EnvironmentRequest request, string field, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(field);
        RequireOffered(field);
        var spec = request.Spec ?? EnvironmentForms.Defaults;
        if (spec.EnvironmentId is not null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value in '{EnvironmentRules.Place(field, "environment_id")}': a new environment gets its id from the server.", field);
        }

        _rules.Check(spec, field);
        return request switch
        {
            { ForkOf: not null, FromInteraction: not null } => throw new ApiException(
                ErrorCode.InvalidRequest, $"Invalid value in '{EnvironmentRules.Place(field, EnvironmentRules.FromInteraction)}': an environment begins as one copy. Leave it out, or '{FromEnvironment}'.", EnvironmentRules.Place(field, EnvironmentRules.FromInteraction)),
            { FromInteraction: { } interaction } => await RestoreAsync(project, interaction, spec, field, cancellationToken),
            { ForkOf: { } origin } => await ForkAsync(project, origin, spec, field, cancellationToken),
            _ => await InsertAsync(_sites.Place(project), project, spec, chainId: null, origin: null, cancellationToken),
        };
    }

    /// <inheritdoc/>
    public async Task<StoredEnvironment> ChangeAsync(string project, string id, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        RequireOffered(field);
        var before = await RequireAsync(project, id, field, cancellationToken);
        var here = await _sites.RequireAsync(before, cancellationToken);
        _rules.Check(spec, field);
        if (spec is { Sources: null or { Count: 0 }, Env: null, Network: null })
        {
            return before;
        }

        var live = here.Live.Join(project, id);
        try
        {
            EnvironmentSpec? asked = null;
            var changed = await here.Live.UpdateAsync(
                live,
                row =>
                {
                    var old = _forms.Open(row);
                    var shown = EnvironmentForms.Shown(row);
                    asked = old with { Sources = [.. old.Sources ?? [], .. spec.Sources ?? []], Env = spec.Env ?? old.Env, Network = spec.Network ?? old.Network };
                    if (asked.Sources.Count > EnvironmentRules.MaxSources || asked.Sources.Sum(InlineSource.LengthOf) > InlineSource.MaxTogether)
                    {
                        throw new ApiException(ErrorCode.InvalidRequest, $"Too many sources wait for '{id}' to be used. Use it once, then add more.", EnvironmentRules.Place(field, "sources"));
                    }

                    var sources = (shown.Sources ?? []).Concat(spec.Sources ?? []).TakeLast(EnvironmentRules.MaxSources);
                    return row with
                    {
                        Sealed = _forms.Seal(project, id, asked),
                        Shown = EnvironmentForms.Show(asked with { Sources = [.. sources] }),
                        Updated = _time.GetUtcNow(),
                    };
                },
                isAsked: true,
                cancellationToken) ?? throw EnvironmentFaults.NotFound(id, field);
            here.Live.Replace(changed, asked!);
            return changed;
        }
        finally
        {
            here.Live.Leave(live);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredEnvironment> RequireAsync(string project, string id, string field, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length <= 100 && await _store.GetAsync(project, id, cancellationToken) is { } row && !HasExpired(row) ? row : throw EnvironmentFaults.NotFound(id, field);
    }

    /// <inheritdoc/>
    public async Task<StoredEnvironment> OfChainAsync(string project, string chainId, CancellationToken cancellationToken)
    {
        RequireOffered("tools");
        await _chains.WaitAsync(cancellationToken); // two calls of one turn would make two
        try
        {
            if (await _store.FindOfChainAsync(project, chainId, cancellationToken) is { } found)
            {
                if (_sites.Find(found.Host) is not null && found.State != EnvironmentState.Failed && !HasExpired(found))
                {
                    return found;
                }

                // Its files are gone, or on a host that does not run this conversation any more; a conversation has one at most.
                await _store.DeleteAsync(project, found.Id, _time.GetUtcNow(), cancellationToken);
            }

            return await InsertAsync(_sites.Place(project), project, EnvironmentForms.Defaults, chainId, origin: null, cancellationToken);
        }
        finally
        {
            _chains.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IEnvironmentUse> EnterAsync(string project, string id, CancellationToken cancellationToken) =>
        await EnterAsync(project, id, isAlone: true, cancellationToken);

    /// <summary>Uses an environment beside others: files may be read and written while an agent works.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">404, or its disk is on another host.</exception>
    public Task<EnvironmentUse> VisitAsync(string project, string id, CancellationToken cancellationToken) => EnterAsync(project, id, isAlone: false, cancellationToken);

    /// <summary>Environments that were asked for, the newest first; those that have expired are not among them.</summary>
    /// <param name="project">The project.</param>
    /// <param name="before">The number of the last one of the page before, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<StoredEnvironment>> ListAsync(string project, long? before, int limit, CancellationToken cancellationToken)
    {
        var shown = new List<StoredEnvironment>();
        IReadOnlyList<StoredEnvironment> page;
        do
        {
            page = await _store.ListAsync(project, before, limit, cancellationToken);
            shown.AddRange(page.Where(r => !HasExpired(r)).Take(limit - shown.Count));
            before = page.Count > 0 ? page[^1].Number : before;
        }
        while (page.Count == limit && shown.Count < limit);
        return shown;
    }

    /// <summary>What was asked for, as reads show it.</summary>
    public static EnvironmentSpec ShownOf(StoredEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return EnvironmentForms.Shown(environment);
    }

    /// <summary>What an environment sees as its system, or will at its next start; null where that is for another host to say.</summary>
    /// <param name="environment">The environment.</param>
    public string? RootFileSystemOf(StoredEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return _sites.HasLocal && environment.Host == Local.Host.Id ? Local.Host.RootFileSystem(environment.Id) : null;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string project, string id, CancellationToken cancellationToken)
    {
        var row = await RequireAsync(project, id, "id", cancellationToken);
        if (!await _store.DeleteAsync(project, id, _time.GetUtcNow(), cancellationToken))
        {
            throw EnvironmentFaults.NotFound(id, "id");
        }

        if (_sites.Find(row.Host) is { } here)
        {
            await RemoveAsync(here, row, CancellationToken.None);
        }
    }

    /// <summary>Whether it was not used for too long (behaviour EN-10). One that is in use here has not.</summary>
    internal bool HasExpired(StoredEnvironment row) =>
        row.LastAccessed + (row.ChainId is null ? _options.KeepTime : _options.CodeKeepTime) <= _time.GetUtcNow() && !_sites.IsUsed(row.Id);

    /// <summary>Stops what runs in a deleted environment, and removes its disk and its row.</summary>
    internal static async Task RemoveAsync(HostSite here, StoredEnvironment row, CancellationToken cancellationToken)
    {
        await here.Disks.TidyAsync(cancellationToken);
        var live = here.Live.Join(row.Project, row.Id);
        try
        {
            await here.Live.WhileStoppedAsync(live, isPatient: false, () => here.Disks.EraseAsync(row, cancellationToken), cancellationToken);
        }
        finally
        {
            here.Live.Leave(live);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sites.Dispose();
        _chains.Dispose();
    }

    private async Task<EnvironmentUse> EnterAsync(string project, string id, bool isAlone, CancellationToken cancellationToken)
    {
        RequireOffered("environment");
        var here = await _sites.RequireAsync(await RequireAsync(project, id, "environment", cancellationToken), cancellationToken);
        var live = here.Live.Join(project, id);
        try
        {
            if (isAlone)
            {
                await TakeTurnAsync(live, cancellationToken);
            }

            return new EnvironmentUse(here.Live, live, here.Checkpoints, isAlone, _time, _logger);
        }
        catch
        {
            here.Live.Leave(live);
            throw;
        }
    }

    private async Task TakeTurnAsync(LiveEnvironment live, CancellationToken cancellationToken)
    {
        if (await live.Turn.WaitAsync(0, CancellationToken.None))
        {
            return;
        }

        using var late = new CancellationTokenSource(_options.UseWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await live.Turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(
                ErrorCode.Aborted, $"The environment '{live.Id}' is used by another interaction, and was for {_options.UseWait}. Wait for that one to end, or use a copy of the environment.", "environment");
        }
    }

    private async Task<StoredEnvironment> InsertAsync(HostSite here, string project, EnvironmentSpec spec, string? chainId, string? origin, CancellationToken cancellationToken, EnvironmentSpec? shown = null)
    {
        here.Disks.RequireRoom();
        var (id, now) = (Prefix + _ids.Next()[InteractionId.Prefix.Length..], _time.GetUtcNow());
        var row = new StoredEnvironment
        {
            Project = project,
            Id = id,
            Host = here.Host.Id,
            State = EnvironmentState.Pending,
            ChainId = chainId,
            ForkedFrom = origin,
            Created = now,
            Updated = now,
            LastAccessed = now,
            Shown = EnvironmentForms.Show(shown ?? spec),
            Sealed = _forms.Seal(project, id, spec),
        };
        return await _store.InsertAsync(row, cancellationToken)
            ?? throw new ApiException(ErrorCode.ServiceUnavailable, "This server has as many environments as it can have. Delete those that you do not need.", retryAfter: TimeSpan.FromMinutes(5));
    }

    private void RequireOffered(string field)
    {
        if (!IsOffered)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"This server runs no sandboxes: {Obstacle}.", field.Length == 0 ? null : field);
        }
    }
}
