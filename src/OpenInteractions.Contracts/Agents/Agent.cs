using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Agents;

/// <summary>The definition of an agent, as it is made and as it is shown (wire 16, behaviour CA-1).</summary>
public sealed record Agent : WireObject
{
    /// <summary>What it is referred to by.</summary>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>The agent that it is made of.</summary>
    [NotEmpty]
    public required string BaseAgent { get; init; }

    /// <summary>For a person.</summary>
    public string? Description { get; init; }

    /// <summary>Instructions of each run.</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>What each run may use. Headers for MCP servers are never shown.</summary>
    public IReadOnlyList<Tool>? Tools { get; init; }

    /// <summary>The environment that each run gets a copy of: <c>remote</c>, an id, or what it is made of (behaviour CA-3, CA-4).</summary>
    [JsonConverter(typeof(StringOrConverter<EnvironmentSpec>))]
    public StringOr<EnvironmentSpec>? BaseEnvironment { get; init; }

    /// <summary>Settings of the agent that it is made of.</summary>
    public AgentConfig? AgentConfig { get; init; }
}

/// <summary>What is to be different in an agent's next version. What is left out stays.</summary>
public sealed record AgentChange : WireObject
{
    /// <summary>The agent that it is made of.</summary>
    [NotEmpty]
    public string? BaseAgent { get; init; }

    /// <summary>For a person.</summary>
    public string? Description { get; init; }

    /// <summary>Instructions of each run.</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>What each run may use, in place of what it might before.</summary>
    public IReadOnlyList<Tool>? Tools { get; init; }

    /// <summary>The environment that each run gets a copy of.</summary>
    [JsonConverter(typeof(StringOrConverter<EnvironmentSpec>))]
    public StringOr<EnvironmentSpec>? BaseEnvironment { get; init; }

    /// <summary>Settings of the agent that it is made of.</summary>
    public AgentConfig? AgentConfig { get; init; }
}

/// <summary>A page of agents.</summary>
public sealed record AgentList
{
    /// <summary>The agents.</summary>
    public required IReadOnlyList<Agent> Agents { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>An agent as it was for a while.</summary>
public sealed record AgentVersion
{
    /// <summary>Counts from 1.</summary>
    public required long Version { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The definition.</summary>
    public required Agent Agent { get; init; }
}

/// <summary>A page of an agent's versions.</summary>
public sealed record AgentVersionList
{
    /// <summary>The versions, the newest first; the first of all is the one that holds.</summary>
    public required IReadOnlyList<AgentVersion> Versions { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>Brings an earlier version back, as a new one.</summary>
public sealed record AgentRollback
{
    /// <summary>The version.</summary>
    [WireRange(1, long.MaxValue)]
    public required long Version { get; init; }
}
