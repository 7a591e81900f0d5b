namespace OpenInteractions.Engine.Environments;

/// <summary>Keeps environments. What a caller asks for is of one project; what a host asks for is of that host.</summary>
public interface IEnvironmentStore
{
    /// <summary>
    /// Keeps a new environment, and gives it the lowest uid slot that none of its host has, deleted ones included. A conversation has one at most: when
    /// <see cref="StoredEnvironment.ChainId"/> names one that has an environment already, nothing is kept, and that environment is returned.
    /// </summary>
    /// <param name="environment">The environment; its number and slot are not read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As it is kept, or the one that the conversation has; null when the host has no slot left (<see cref="StoredEnvironment.Slots"/>).</returns>
    Task<StoredEnvironment?> InsertAsync(StoredEnvironment environment, CancellationToken cancellationToken);

    /// <summary>The slot that a new environment of a host would get now; null when it has none left.</summary>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<int?> FindFreeSlotAsync(string host, CancellationToken cancellationToken);

    /// <summary>An environment that is not deleted, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredEnvironment?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>The environment that runs the code of a conversation, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="chainId">The conversation's first interaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredEnvironment?> FindOfChainAsync(string project, string chainId, CancellationToken cancellationToken);

    /// <summary>Environments that were asked for and are not deleted, the newest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="before">The number of the last one of the page before, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredEnvironment>> ListAsync(string project, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Replaces what was asked for of an environment that is not deleted.</summary>
    /// <param name="environment">Its <see cref="StoredEnvironment.Shown"/>, <see cref="StoredEnvironment.Sealed"/> and <see cref="StoredEnvironment.Updated"/> are kept. No time goes back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> ChangeAsync(StoredEnvironment environment, CancellationToken cancellationToken);

    /// <summary>Keeps what its host says of it: state, failure, generation, counts, and when it was used and changed. A deleted one stays deleted.</summary>
    /// <param name="environment">As it is now; no time goes back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it is gone or deleted.</returns>
    Task<bool> ReportAsync(StoredEnvironment environment, CancellationToken cancellationToken);

    /// <summary>Marks an environment as deleted: nobody reads it any more but its host. What was asked for is forgotten at once, with its secrets.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>All that have their disk on a host, deleted ones included, in the order of their numbers.</summary>
    /// <param name="host">The host.</param>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredEnvironment>> ListOfHostAsync(string host, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets a deleted environment whose disk is gone; its slot is free again.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task EraseAsync(string project, string id, CancellationToken cancellationToken);
}
