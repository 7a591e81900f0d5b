using OpenInteractions.Contracts.Agents;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Agents;

/// <summary>What a definition must keep beyond its form. What a run would refuse is refused here, in the words in which a create would be.</summary>
internal sealed class AgentRules(ToolKinds kinds, StructuredOutput structured, AgentDirectory agents, IEnvironments? environments = null, IEnvironmentSpecRules? specs = null)
{
    /// <summary>Most agents of a project (behaviour CA-9).</summary>
    public const int MostPerProject = 1000;

    /// <summary>Most versions that an agent keeps.</summary>
    public const int VersionsKept = 100;

    /// <summary>Most bytes of a definition as JSON: what an environment may be given inline, twice.</summary>
    public const int LargestDefinition = 4 * 1024 * 1024;

    private const int LongestDescription = 4096;

    /// <summary>What no id begins with, in any case (behaviour CA-2).</summary>
    private static readonly string[] Reserved =
    [
        "antigravity-", "veo-", "omni-", "lyria-", "imagen-", "gemma-", "gemini-", "google-", "youtube-", "android-", "chrome-", "pixel-", "waze-", "fitbit-", "nest-", "kaggle-",
    ];

    /// <exception cref="ApiException">The id cannot be an agent's, or it is that of a built-in one, which would never be reached behind that.</exception>
    public void CheckId(string id)
    {
        ChosenId.Require(id, "id");
        if (Reserved.FirstOrDefault(prefix => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } reserved)
        {
            throw Wrong("id", $"Invalid value '{Excerpt.Of(id)}' for 'id': ids that begin with '{reserved}' are reserved. Choose another one.");
        }

        if (agents.BuiltIn.Contains(id, StringComparer.OrdinalIgnoreCase))
        {
            throw new ApiException(ErrorCode.AlreadyExists, $"'{Excerpt.Of(id)}' is a built-in agent: choose another id for one of your own.", "id");
        }
    }

    /// <param name="project">The project.</param>
    /// <param name="agent">The definition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The definition is wrong; the message names the place and the remedy.</exception>
    public async ValueTask CheckAsync(string project, Agent agent, CancellationToken cancellationToken)
    {
        RequestRules.CheckLength(agent.BaseAgent, "base_agent");
        Require(!agent.BaseAgent.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)), "base_agent", "Invalid value for 'base_agent': it is the id of an agent, without spaces.");
        agents.RequireBuiltIn(agent.BaseAgent, ErrorCode.InvalidRequest, "base_agent");
        Require(agent.Description is not { Length: > LongestDescription }, "description", $"Invalid value for 'description': it may have {LongestDescription} characters at most.");
        ToolRules.Check(agent.Tools, structured);
        RequestRules.CheckAgentConfig(agent.AgentConfig);
        ToolRules.CheckOffered(agent.Tools, kinds);
        await kinds.RequireNamedAsync(project, agent.Tools, cancellationToken);
        if (agent.BaseEnvironment is { } environment)
        {
            await CheckEnvironmentAsync(project, environment, cancellationToken);
        }

        var size = JsonSerializer.SerializeToUtf8Bytes(agent, WireJson.Wire.Agent).Length;
        Require(size <= LargestDefinition, "agent", $"The definition of the agent has {size} bytes; at most {LargestDefinition} are allowed. Put large files into an environment and name it in 'base_environment'.");
    }

    private async ValueTask CheckEnvironmentAsync(string project, StringOr<EnvironmentSpec> environment, CancellationToken cancellationToken)
    {
        const string Field = "base_environment";
        var reason = environments is null || specs is null ? "it runs no sandboxes" : await environments.UnavailableAsync(cancellationToken);
        if (reason is not null)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"'{Field}' is not available on this server: {reason}.", Field);
        }

        if (environment.Text is { } id && id != "remote")
        {
            await environments!.RequireAsync(project, id, Field, cancellationToken);
        }

        if (environment.Value is { } spec)
        {
            specs!.Check(spec, Field);
            if (spec.EnvironmentId is { } reused)
            {
                await environments!.RequireAsync(project, reused, $"{Field}.environment_id", cancellationToken);
            }
        }
    }
}
