namespace OpenInteractions.Engine.Environments;

/// <summary>Keeps what is known of checkpoints. What a caller asks for is of one project; what a host asks for is of that host.</summary>
public interface ICheckpointStore
{
    /// <summary>Keeps a checkpoint whose disk is durable.</summary>
    /// <param name="checkpoint">The checkpoint; its number is not read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As it is kept; null when its environment is gone or deleted, and nothing was kept.</returns>
    Task<StoredCheckpoint?> InsertAsync(StoredCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>The newest checkpoint of an interaction, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="interactionId">The interaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredCheckpoint?> FindAsync(string project, string interactionId, CancellationToken cancellationToken);

    /// <summary>A checkpoint, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The checkpoint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredCheckpoint?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Checkpoints of an environment, the newest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="environmentId">The environment.</param>
    /// <param name="before">The number of the last one of the page before, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredCheckpoint>> ListAsync(string project, string environmentId, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets a checkpoint; its disk is removed after that.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The checkpoint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>All whose disks are on a host, the oldest first.</summary>
    /// <param name="host">The host.</param>
    /// <param name="project">Those of this project alone; null for those of all.</param>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredCheckpoint>> ListOfHostAsync(string host, string? project, long after, int limit, CancellationToken cancellationToken);

    /// <summary>What checkpoints take on a host, by project, the project with the most bytes first.</summary>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<CheckpointUsage>> UsageOfHostAsync(string host, CancellationToken cancellationToken);
}
