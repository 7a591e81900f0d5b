using OpenInteractions.Contracts.Agents;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Agents;

/// <summary>Reads definitions, whole for those who run them and without secrets for callers, and deletes them.</summary>
public sealed class AgentDefinitions
{
    /// <summary>About how many bytes of definitions a page has: a page is held in memory as a whole.</summary>
    private const long PageBytes = 16 * 1024 * 1024;

    private readonly IAgentStore _store;
    private readonly AgentForms _forms;

    internal AgentDefinitions(IAgentStore store, AgentForms forms) => (_store, _forms) = (store, forms);

    /// <summary>A definition with its secrets, for a run; null when there is none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It was sealed with another key.</exception>
    public async Task<Agent?> FindAsync(string project, string id, CancellationToken cancellationToken) =>
        await _store.GetAsync(project, id, cancellationToken) is { } stored ? _forms.Open(stored) : null;

    /// <summary>A definition as it is shown.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is none.</exception>
    public async Task<Agent> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return AgentForms.Show(await FindAsync(caller.Project, id, cancellationToken) ?? throw ChangeAgent.NotFound(id));
    }

    /// <summary>Definitions as they are shown, the oldest first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="after">The number that the page before ended with, or 0.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page, and the number that it ends with when there may be more.</returns>
    public async Task<(IReadOnlyList<Agent> Agents, long? Last)> ListAsync(Caller caller, long after, int size, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var found = await _store.ListAsync(caller.Project, after, size + 1, PageBytes, cancellationToken);
        var page = found.Take(size).ToArray();
        var mayGoOn = found.Count > size || found.Sum(agent => (long)agent.Sealed.Length) >= PageBytes;
        return ([.. page.Select(agent => AgentForms.Show(_forms.Open(agent)))], mayGoOn ? page[^1].Number : null);
    }

    /// <summary>Deletes a definition with its versions. Its environments and interactions stay (behaviour CA-8).</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The agent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is none.</exception>
    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (!await _store.DeleteAsync(caller.Project, id, cancellationToken))
        {
            throw ChangeAgent.NotFound(id);
        }
    }

    /// <summary>Versions of an agent as they are shown, the newest first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The agent.</param>
    /// <param name="before">The version that the page before ended with, or null.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page, and the version that it ends with when there may be more.</returns>
    /// <exception cref="ApiException">There is no such agent.</exception>
    public async Task<(IReadOnlyList<AgentVersion> Versions, long? Last)> ListVersionsAsync(Caller caller, string id, long? before, int size, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var agent = await _store.GetAsync(caller.Project, id, cancellationToken) ?? throw ChangeAgent.NotFound(id);
        var found = await _store.ListVersionsAsync(agent, before, size + 1, PageBytes, cancellationToken);
        var page = found.Take(size).ToArray();
        var mayGoOn = found.Count > size || found.Sum(version => (long)version.Sealed.Length) >= PageBytes;
        return (
            [.. page.Select(v => new AgentVersion { Version = v.Version, Created = v.Created, Agent = AgentForms.Show(_forms.Open(agent, v.Version, v.Sealed)) })],
            mayGoOn ? page[^1].Version : null);
    }
}
