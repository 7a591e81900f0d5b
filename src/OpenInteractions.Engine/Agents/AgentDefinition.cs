using OpenInteractions.Contracts.Environments;

namespace OpenInteractions.Engine.Agents;

/// <summary>An agent as a run needs it: built in, or defined by a caller.</summary>
public sealed record AgentDefinition
{
    /// <summary>The id that it was asked for by.</summary>
    public required string Id { get; init; }

    /// <summary>True when a caller defined it: then a request may not name another model (behaviour CA-5).</summary>
    public bool IsCustom { get; init; }

    /// <summary>What is added to the instructions that all agents have, or null.</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>Its tools, or null for those of the built-in agent.</summary>
    public IReadOnlyList<Tool>? Tools { get; init; }

    /// <summary>The model that it thinks with, or null for the server's choice.</summary>
    public string? Model { get; init; }

    /// <summary>Most tokens of a run, or null (behaviour AG-5).</summary>
    public long? MaxTotalTokens { get; init; }

    /// <summary>What each run's environment begins as (behaviour CA-3, CA-4); null for an empty one.</summary>
    public StringOr<EnvironmentSpec>? BaseEnvironment { get; init; }
}
