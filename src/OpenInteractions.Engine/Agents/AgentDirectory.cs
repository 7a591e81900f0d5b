using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.Agents;

/// <summary>Finds agents by their ids: those that are built in.</summary>
public sealed class AgentDirectory(IOptions<AgentOptions> options)
{
    private static readonly string[] Dated = [AgentOptions.Antigravity, "antigravity-preview-05-2026", "antigravity-preview-09-2026"];

    /// <summary>An agent.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>, naming those that there are.</exception>
    public AgentDefinition Require(string id) => Dated.Contains(id) || options.Value.Names.ContainsKey(id)
        ? new AgentDefinition { Id = id }
        : throw new ApiException(
            ErrorCode.NotFound, $"There is no agent '{Excerpt.Of(id)}'. Built in: {string.Join(", ", Dated.Concat(options.Value.Names.Keys).Select(n => $"'{Excerpt.Of(n)}'"))}.", "agent");
}
