using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Agents;

/// <summary>Keeps the definitions of agents, each with its versions. Everything is of one project.</summary>
public interface IAgentStore
{
    /// <summary>Keeps a new one, with its first version.</summary>
    /// <param name="agent">The agent; its number is not read.</param>
    /// <param name="most">How many the project may have (behaviour CA-9).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<Insertion> InsertAsync(StoredAgent agent, int most, CancellationToken cancellationToken);

    /// <summary>An agent, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredAgent?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Agents, the oldest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="bytes">The page ends with the definition that reaches this many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredAgent>> ListAsync(string project, long after, int limit, long bytes, CancellationToken cancellationToken);

    /// <summary>Gives an agent that nobody has changed since it was read its next version.</summary>
    /// <param name="agent">As it was read, but for <see cref="StoredAgent.Sealed"/> and <see cref="StoredAgent.Updated"/>, which are the next version's.</param>
    /// <param name="kept">How many versions it keeps; older ones are forgotten.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it has another version now, or is gone.</returns>
    Task<bool> ChangeAsync(StoredAgent agent, int kept, CancellationToken cancellationToken);

    /// <summary>Deletes an agent with its versions, and nothing else (behaviour CA-8).</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>A version of an agent, or null.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredAgentVersion?> GetVersionAsync(StoredAgent agent, long version, CancellationToken cancellationToken);

    /// <summary>Versions of an agent, the newest first.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="before">The last version of the page before, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="bytes">The page ends with the definition that reaches this many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredAgentVersion>> ListVersionsAsync(StoredAgent agent, long? before, int limit, long bytes, CancellationToken cancellationToken);
}
