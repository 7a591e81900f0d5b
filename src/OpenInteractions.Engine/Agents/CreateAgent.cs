using OpenInteractions.Contracts.Agents;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Agents;

/// <summary>Defines an agent (behaviour CA-1, CA-2).</summary>
public sealed class CreateAgent
{
    private readonly IAgentStore _store;
    private readonly AgentRules _rules;
    private readonly AgentForms _forms;
    private readonly TimeProvider _time;

    internal CreateAgent(IAgentStore store, AgentRules rules, AgentForms forms, TimeProvider time) => (_store, _rules, _forms, _time) = (store, rules, forms, time);

    /// <summary>Keeps the definition, sealed.</summary>
    /// <returns>It, as reads show it.</returns>
    /// <exception cref="ApiException">It is wrong, its id is taken, or the project has as many as it may.</exception>
    public async Task<Agent> ExecuteAsync(Caller caller, Agent agent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(agent);
        _rules.CheckId(agent.Id);
        await _rules.CheckAsync(caller.Project, agent, cancellationToken);
        var now = _time.GetUtcNow();
        var stored = new StoredAgent { Project = caller.Project, Id = agent.Id, Created = now, Updated = now, Sealed = _forms.Seal(caller.Project, 1, agent) };
        return await _store.InsertAsync(stored, AgentRules.MostPerProject, cancellationToken) switch
        {
            Insertion.Taken => throw new ApiException(
                ErrorCode.AlreadyExists, $"There is an agent '{agent.Id}' already: ids are unique in a project. Change that one (PATCH), delete it, or choose another id.", "id"),
            Insertion.TooMany => throw new ApiException(
                ErrorCode.FailedPrecondition, $"A project may have {AgentRules.MostPerProject} agents at most: delete those that are not used any more.", "id"),
            _ => AgentForms.Show(agent),
        };
    }
}
