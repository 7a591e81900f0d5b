namespace OpenInteractions.Engine.Environments;

/// <summary>An environment as it is kept: a disk of a host, and what was asked for it. The live sandbox is not part of it.</summary>
public sealed record StoredEnvironment
{
    /// <summary>How many uid slots of a host are for environments: all but the last, with which the engine tries the machine.</summary>
    public const int Slots = 65_535;

    /// <summary>Orders environments by their age; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The id, which begins with <c>env_</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The host that has its disk.</summary>
    public required string Host { get; init; }

    /// <summary>Its uid slot on that host (<see cref="Sandboxes.SandboxSpec.Slot"/>), given by the store.</summary>
    public int Slot { get; init; }

    /// <summary>What has become of it.</summary>
    public required EnvironmentState State { get; init; }

    /// <summary>Why it cannot be used, for its owner; null unless it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>The first interaction of the conversation whose code it runs, when nobody asked for it by itself: it is not listed, and ends early. Null otherwise.</summary>
    public string? ChainId { get; init; }

    /// <summary>The environment that it was forked from, or null.</summary>
    public string? ForkedFrom { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When its state, its rules or its sources changed last.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>When it was used last; it expires by this.</summary>
    public required DateTimeOffset LastAccessed { get; init; }

    /// <summary>What reads show of it (behaviour EN-11), as JSON: sources without contents, hosts without headers. Empty when it is deleted.</summary>
    public required ReadOnlyMemory<byte> Shown { get; init; }

    /// <summary>All of what was asked for, sealed: sources that are still to be brought in, variables, rules with their headers. Empty when it is deleted.</summary>
    public required ReadOnlyMemory<byte> Sealed { get; init; }

    /// <summary>Counts clean stops of its sandbox: a disk of an older generation is never used in silence.</summary>
    public long Generation { get; init; }

    /// <summary>Files on it when it was counted last.</summary>
    public long FileCount { get; init; }

    /// <summary>Bytes of those files.</summary>
    public long SizeBytes { get; init; }
}

/// <summary>What has become of an environment.</summary>
public enum EnvironmentState
{
    /// <summary>It is kept; its disk is made, and its sources are brought in, when it is used first.</summary>
    Pending,

    /// <summary>Its disk holds what was asked for.</summary>
    Ready,

    /// <summary>It could not be made; its failure says why.</summary>
    Failed,

    /// <summary>Nobody can use it any more; its host still has to remove the disk.</summary>
    Deleted,
}
