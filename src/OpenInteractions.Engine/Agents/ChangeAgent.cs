using OpenInteractions.Contracts.Agents;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Agents;

/// <summary>
/// Changes an agent, and brings earlier versions of it back. Each makes a new version, unless nothing is different in it; runs that are under way keep the one that they began with.
/// </summary>
public sealed class ChangeAgent
{
    // Each loses against a change that was made, so nobody loses for ever.
    private const int MaxTries = 10;

    private static readonly string[] Fields = ["base_agent", "description", "system_instruction", "tools", "base_environment", "agent_config"];

    private static readonly string[] Needed = ["base_agent"];

    private readonly IAgentStore _store;
    private readonly AgentRules _rules;
    private readonly AgentForms _forms;
    private readonly TimeProvider _time;

    internal ChangeAgent(IAgentStore store, AgentRules rules, AgentForms forms, TimeProvider time) => (_store, _rules, _forms, _time) = (store, rules, forms, time);

    /// <summary>Changes one.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The agent.</param>
    /// <param name="change">What is new.</param>
    /// <param name="mask">The request's <c>update_mask</c>, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The agent, as reads show it.</returns>
    /// <exception cref="ApiException">There is none, or the change is wrong; it is as it was.</exception>
    public Task<Agent> UpdateAsync(Caller caller, string id, AgentChange change, string? mask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var named = FieldMask.Read(mask, Fields);
        return ChangeAsync(caller, id, (stored, _) => ValueTask.FromResult(named.Merge(_forms.Open(stored), WireJson.Wire.Agent, change, WireJson.Wire.AgentChange, Needed)), cancellationToken);
    }

    /// <summary>Makes an earlier version the one that holds, as a new version.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The agent.</param>
    /// <param name="version">The earlier version.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The agent, as reads show it.</returns>
    /// <exception cref="ApiException">There is no such agent or version, or it could not be made today; the agent is as it was.</exception>
    public Task<Agent> RollBackAsync(Caller caller, string id, long version, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        id,
        async (stored, cancellationToken) => await _store.GetVersionAsync(stored, version, cancellationToken) is { } earlier
            ? _forms.Open(stored, version, earlier.Sealed)
            : throw new ApiException(
                ErrorCode.NotFound, $"There is no version {version} of the agent '{id}'. GET /v1/agents/{id}/versions lists those that are kept, {AgentRules.VersionsKept} at most.", "version"),
        cancellationToken);

    /// <summary>What is told of an agent that is not there.</summary>
    internal static ApiException NotFound(string id) => new(ErrorCode.NotFound, $"There is no agent '{Excerpt.Of(id, 150)}'.", "id");

    private async Task<Agent> ChangeAsync(Caller caller, string id, Func<StoredAgent, CancellationToken, ValueTask<Agent>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var stored = await _store.GetAsync(caller.Project, id, cancellationToken) ?? throw NotFound(id);
            var agent = await next(stored, cancellationToken);
            await _rules.CheckAsync(caller.Project, agent, cancellationToken);
            if (_forms.HoldsAlready(stored, agent))
            {
                return AgentForms.Show(agent);
            }

            var changed = stored with { Updated = _time.GetUtcNow(), Sealed = _forms.Seal(caller.Project, stored.Version + 1, agent) };
            if (await _store.ChangeAsync(changed, AgentRules.VersionsKept, cancellationToken))
            {
                return AgentForms.Show(agent);
            }
        }

        throw new ApiException(ErrorCode.Aborted, $"The agent '{id}' was changed by others again and again. Try again.", "id");
    }
}
