namespace OpenInteractions.Engine.Agents;

/// <summary>An agent as it is kept, with the definition that holds.</summary>
public sealed record StoredAgent
{
    /// <summary>Orders agents by their age, and is never used twice; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>What it is referred to by.</summary>
    public required string Id { get; init; }

    /// <summary>Which version holds; the first is 1.</summary>
    public long Version { get; init; } = 1;

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the version came.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The definition, sealed: its tools and its environment may hold secrets (<see cref="AgentDefinitions"/> opens it).</summary>
    public required ReadOnlyMemory<byte> Sealed { get; init; }
}

/// <summary>A version of an agent.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Created">When it came.</param>
/// <param name="Sealed">The definition, sealed.</param>
public sealed record StoredAgentVersion(long Version, DateTimeOffset Created, ReadOnlyMemory<byte> Sealed);
