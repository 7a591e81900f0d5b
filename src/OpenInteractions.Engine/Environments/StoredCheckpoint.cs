namespace OpenInteractions.Engine.Environments;

/// <summary>The files of an environment as they were at the end of a turn: a disk of its host that no sandbox is started on, and that new environments are copied from.</summary>
public sealed record StoredCheckpoint
{
    /// <summary>What ids begin with. The disk has the same name.</summary>
    public const string Prefix = "chk_";

    /// <summary>Orders checkpoints by their age; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The id, which begins with <see cref="Prefix"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The environment whose files these were.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>The interaction at whose end they were so.</summary>
    public required string InteractionId { get; init; }

    /// <summary>The host that has its disk.</summary>
    public required string Host { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Bytes that it takes on its host.</summary>
    public required long SizeBytes { get; init; }
}

/// <summary>What the checkpoints of a project take on a host.</summary>
/// <param name="Project">The project.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Bytes">What they take together.</param>
public sealed record CheckpointUsage(string Project, long Count, long Bytes);
