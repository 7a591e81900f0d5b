using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Testing.Environments;

/// <summary>Rows of environments in memory, with the rules of <see cref="IEnvironmentStore"/>.</summary>
public sealed class MemoryEnvironmentStore : IEnvironmentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredEnvironment> _rows = new(StringComparer.Ordinal);
    private long _last;

    public IReadOnlyList<StoredEnvironment> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows.Values];
            }
        }
    }

    public Task<StoredEnvironment?> InsertAsync(StoredEnvironment environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        lock (_lock)
        {
            if (environment.ChainId is { } chain && _rows.Values.FirstOrDefault(r => r.Project == environment.Project && r.ChainId == chain && r.State != EnvironmentState.Deleted) is { } ofChain)
            {
                return Task.FromResult<StoredEnvironment?>(ofChain);
            }

            var row = environment with { Number = ++_last, Slot = FreeSlot(environment.Host) };
            _rows.Add(row.Id, row);
            return Task.FromResult<StoredEnvironment?>(row);
        }
    }

    public Task<int?> FindFreeSlotAsync(string host, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<int?>(FreeSlot(host));
        }
    }

    public Task<StoredEnvironment?> GetAsync(string project, string id, CancellationToken cancellationToken) => Task.FromResult(Find(project, id));

    public Task<StoredEnvironment?> FindOfChainAsync(string project, string chainId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.Values.FirstOrDefault(r => r.Project == project && r.ChainId == chainId && r.State != EnvironmentState.Deleted));
        }
    }

    public Task<IReadOnlyList<StoredEnvironment>> ListAsync(string project, long? before, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<StoredEnvironment>>(
                [.. _rows.Values.Where(r => r.Project == project && r.ChainId is null && r.State != EnvironmentState.Deleted && r.Number < (before ?? long.MaxValue)).OrderByDescending(r => r.Number).Take(limit)]);
        }
    }

    public Task<bool> ChangeAsync(StoredEnvironment environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return Replace(environment, old => old with { Shown = environment.Shown, Sealed = environment.Sealed, Updated = environment.Updated });
    }

    public Task<bool> ReportAsync(StoredEnvironment environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return Replace(environment, old => old with
        {
            State = environment.State,
            Failure = environment.Failure,
            Generation = environment.Generation,
            FileCount = environment.FileCount,
            SizeBytes = environment.SizeBytes,
            LastAccessed = environment.LastAccessed,
            Updated = environment.Updated,
        });
    }

    public Task<bool> DeleteAsync(string project, string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find(project, id) is not { } row)
            {
                return Task.FromResult(false);
            }

            _rows[id] = row with { State = EnvironmentState.Deleted, Updated = at };
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<StoredEnvironment>> ListOfHostAsync(string host, long after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<StoredEnvironment>>([.. _rows.Values.Where(r => r.Host == host && r.Number > after).OrderBy(r => r.Number).Take(limit)]);
        }
    }

    public Task EraseAsync(string project, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_rows.GetValueOrDefault(id) is { State: EnvironmentState.Deleted } row && row.Project == project)
            {
                _rows.Remove(id);
            }

            return Task.CompletedTask;
        }
    }

    private int FreeSlot(string host)
    {
        var taken = _rows.Values.Where(r => r.Host == host).Select(r => r.Slot).ToHashSet();
        return Enumerable.Range(0, StoredEnvironment.Slots).First(s => !taken.Contains(s));
    }

    private StoredEnvironment? Find(string project, string id)
    {
        lock (_lock)
        {
            return _rows.GetValueOrDefault(id) is { } row && row.Project == project && row.State != EnvironmentState.Deleted ? row : null;
        }
    }

    private Task<bool> Replace(StoredEnvironment environment, Func<StoredEnvironment, StoredEnvironment> change)
    {
        lock (_lock)
        {
            if (Find(environment.Project, environment.Id) is not { } old)
            {
                return Task.FromResult(false);
            }

            _rows[old.Id] = change(old);
            return Task.FromResult(true);
        }
    }
}
