using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Workers;

/// <summary>Keeps workers and their leases. What a caller asks for is of one project.</summary>
public interface IWorkerStore
{
    /// <summary>Keeps a new worker.</summary>
    /// <param name="worker">The worker; its number is not read.</param>
    /// <param name="most">How many a project may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<Insertion> InsertAsync(StoredWorker worker, int most, CancellationToken cancellationToken);

    /// <summary>The worker that a key belongs to, or null.</summary>
    /// <param name="keyHash">The key's hash.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredWorker?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>A worker by its id, deleted ones included, or null. Ids are unique over all projects.</summary>
    /// <param name="id">The worker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredWorker?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Workers of a project that are not deleted, the oldest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredWorker>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Workers of all projects, deleted ones included, the oldest first.</summary>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredWorker>> ListAllAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Marks a worker as deleted: its key opens nothing any more, and its lease is over.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The worker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Forgets a deleted worker.</summary>
    /// <param name="id">The worker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ForgetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Takes the lease: when nobody has it, when it is over, or when the same process had it. The first one binds the worker to its directory.</summary>
    /// <param name="id">The worker.</param>
    /// <param name="holder">The process.</param>
    /// <param name="directory">The directory that it works on.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease's epoch; null when somebody else has it, the worker is bound to another directory, or it is gone.</returns>
    Task<long?> LeaseAsync(string id, string holder, string directory, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Renews the lease.</summary>
    /// <param name="id">The worker.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="duration">For how long from now on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it is lost: it is over, or somebody else's.</returns>
    Task<bool> RenewAsync(string id, long epoch, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back: somebody else may have it at once.</summary>
    /// <param name="id">The worker.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ReleaseAsync(string id, long epoch, CancellationToken cancellationToken);
}
