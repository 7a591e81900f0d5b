using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Testing.Environments;

/// <summary>Rows of checkpoints in memory, with the rules of <see cref="ICheckpointStore"/>.</summary>
/// <param name="environments">Their environments.</param>
public sealed class MemoryCheckpointStore(MemoryEnvironmentStore environments) : ICheckpointStore
{
    private readonly Lock _lock = new();
    private readonly List<StoredCheckpoint> _rows = [];
    private long _last;

    public IReadOnlyList<StoredCheckpoint> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows];
            }
        }
    }

    public async Task<StoredCheckpoint?> InsertAsync(StoredCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (await environments.GetAsync(checkpoint.Project, checkpoint.EnvironmentId, cancellationToken) is null)
        {
            return null;
        }

        lock (_lock)
        {
            var row = checkpoint with { Number = ++_last };
            _rows.Add(row);
            return row;
        }
    }

    public Task<StoredCheckpoint?> FindAsync(string project, string interactionId, CancellationToken cancellationToken) =>
        Task.FromResult(All.LastOrDefault(r => r.Project == project && r.InteractionId == interactionId));

    public Task<StoredCheckpoint?> GetAsync(string project, string id, CancellationToken cancellationToken) => Task.FromResult(All.FirstOrDefault(r => r.Project == project && r.Id == id));

    public Task<IReadOnlyList<StoredCheckpoint>> ListAsync(string project, string environmentId, long? before, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredCheckpoint>>(
        [.. All.Where(r => r.Project == project && r.EnvironmentId == environmentId && r.Number < (before ?? long.MaxValue)).OrderByDescending(r => r.Number).Take(limit)]);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.RemoveAll(r => r.Project == project && r.Id == id) == 1);
        }
    }

    public Task<IReadOnlyList<StoredCheckpoint>> ListOfHostAsync(string host, string? project, long after, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredCheckpoint>>(
        [.. All.Where(r => r.Host == host && (project is null || r.Project == project) && r.Number > after).OrderBy(r => r.Number).Take(limit)]);

    public Task<IReadOnlyList<CheckpointUsage>> UsageOfHostAsync(string host, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CheckpointUsage>>(
        [.. All.Where(r => r.Host == host).GroupBy(r => r.Project).Select(g => new CheckpointUsage(g.Key, g.Count(), g.Sum(r => r.SizeBytes))).OrderByDescending(u => u.Bytes).ThenBy(u => u.Project, StringComparer.Ordinal)]);
}
