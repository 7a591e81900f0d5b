using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Agents;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Agents;

/// <summary>The two forms of a definition: sealed, with everything, and shown, without secrets.</summary>
internal sealed partial class AgentForms(ISecretBox box, ILogger<AgentForms> logger)
{
    /// <summary>Seals a version. What is moved to another version, agent or project opens to nothing.</summary>
    public byte[] Seal(string project, long version, Agent agent)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(agent, WireJson.Wire.Agent);
        try
        {
            return box.Seal(Purpose(project, agent.Id, version), json);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    /// <summary>Opens a version.</summary>
    /// <exception cref="ApiException">It was sealed with another key.</exception>
    public Agent Open(StoredAgent agent, long version, ReadOnlyMemory<byte> sealedDefinition)
    {
        try
        {
            return JsonSerializer.Deserialize(box.Open(Purpose(agent.Project, agent.Id, version), sealedDefinition.Span), WireJson.Wire.Agent)!;
        }
        catch (SecretLostException exception)
        {
            LogLost(exception, agent.Project, agent.Id);
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"The definition of the agent '{agent.Id}' cannot be opened any more: the server's key is another one. Delete the agent and make it again.", "id");
        }
    }

    /// <summary>Opens the version that holds.</summary>
    /// <exception cref="ApiException">It was sealed with another key.</exception>
    public Agent Open(StoredAgent agent) => Open(agent, agent.Version, agent.Sealed);

    /// <summary>Whether the version that holds says the same.</summary>
    /// <exception cref="ApiException">It was sealed with another key.</exception>
    public bool HoldsAlready(StoredAgent stored, Agent agent) =>
        JsonSerializer.SerializeToUtf8Bytes(Open(stored), WireJson.Wire.Agent).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(agent, WireJson.Wire.Agent));

    /// <summary>Tools without their headers, and the environment without its secrets (behaviour EN-11).</summary>
    public static Agent Show(Agent agent) => agent with
    {
        Tools = agent.Tools?.Select(tool => tool is McpServerTool mcp ? mcp with { Headers = null } : tool).ToArray(),
        BaseEnvironment = agent.BaseEnvironment?.Value is { } spec ? new StringOr<EnvironmentSpec>(EnvironmentForms.WithoutSecrets(spec)) : agent.BaseEnvironment,
    };

    private static string Purpose(string project, string id, long version) => FormattableString.Invariant($"agent/{project}/{id}/{version}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The definition of the agent {Id} of project {Project} cannot be opened")]
    private partial void LogLost(Exception exception, string project, string id);
}
