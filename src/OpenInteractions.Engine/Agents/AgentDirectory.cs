using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Engine.Agents;

/// <summary>Finds agents by their ids: those that are built in, and those that a project has defined.</summary>
public sealed class AgentDirectory(IOptions<AgentOptions> options, AgentDefinitions? definitions = null)
{
    private static readonly string[] Dated = [AgentOptions.Antigravity, "antigravity-preview-05-2026", "antigravity-preview-09-2026"];

    /// <summary>The ids of built-in agents.</summary>
    public IEnumerable<string> BuiltIn => Dated.Concat(options.Value.Names.Keys);

    /// <summary>True when an id is that of a built-in agent.</summary>
    /// <param name="id">The id.</param>
    public bool IsBuiltIn(string id) => Dated.Contains(id) || options.Value.Names.ContainsKey(id);

    /// <summary>An agent.</summary>
    /// <param name="project">Whose agents are meant.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>, naming those that are built in; or it is made of one that is no longer there.</exception>
    public async ValueTask<AgentDefinition> RequireAsync(string project, string id, CancellationToken cancellationToken)
    {
        if (IsBuiltIn(id))
        {
            return new AgentDefinition { Id = id };
        }

        var agent = definitions is null ? null : await definitions.FindAsync(project, BareId.Of(id, "agents"), cancellationToken);
        if (agent is null)
        {
            throw new ApiException(ErrorCode.NotFound, $"There is no agent '{Excerpt.Of(id)}'. Built in: {Names()}. Others are defined with POST /v1/agents.", "agent");
        }

        RequireBuiltIn(agent.BaseAgent, ErrorCode.FailedPrecondition, "agent");
        var config = agent.AgentConfig as AntigravityConfig;
        return new AgentDefinition
        {
            Id = agent.Id,
            IsCustom = true,
            SystemInstruction = agent.SystemInstruction,
            Tools = agent.Tools,
            Model = config?.Model,
            MaxTotalTokens = config?.MaxTotalTokens,
            BaseEnvironment = agent.BaseEnvironment,
        };
    }

    /// <summary>Refuses what no agent can be made of.</summary>
    /// <param name="id">The id of a base agent.</param>
    /// <param name="code">What kind of error it is.</param>
    /// <param name="field">Where it stands.</param>
    /// <exception cref="ApiException">It is none that is built in.</exception>
    public void RequireBuiltIn(string id, ErrorCode code, string field)
    {
        if (!IsBuiltIn(id))
        {
            throw new ApiException(code, $"'{Excerpt.Of(id)}' is no agent that others can be made of: 'base_agent' is one of {Names()}.", field);
        }
    }

    private string Names() => string.Join(", ", BuiltIn.Select(n => $"'{Excerpt.Of(n)}'"));
}
