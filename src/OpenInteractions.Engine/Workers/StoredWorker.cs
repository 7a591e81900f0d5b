namespace OpenInteractions.Engine.Workers;

/// <summary>A worker as it is kept: a host of sandboxes on another machine, and who serves it now. Its key is kept as a hash.</summary>
public sealed record StoredWorker
{
    /// <summary>What ids begin with. The host of its environments has the same name.</summary>
    public const string Prefix = "wkr_";

    /// <summary>Orders workers by their age; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project that made it.</summary>
    public required string Project { get; init; }

    /// <summary>The id, which begins with <see cref="Prefix"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it serves environments of every project, and not of its own alone.</summary>
    public bool IsForAll { get; init; }

    /// <summary>The hash of its key.</summary>
    public required string KeyHash { get; init; }

    /// <summary>The directory that its key was first used with, by the name that is in it; null before.</summary>
    public string? Directory { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When its lease was taken or renewed last; null while it never was.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>The process that has the lease, or had it last.</summary>
    public string? Holder { get; init; }

    /// <summary>Counts leases: what belongs to an earlier one is not heard any more.</summary>
    public long Epoch { get; init; }

    /// <summary>Whether the lease holds now, by the clock of the store.</summary>
    public bool IsLeased { get; init; }

    /// <summary>Whether it was deleted: its row stays as long as there are environments of its host.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Whether it serves environments of a project.</summary>
    public bool Serves(string project) => !IsDeleted && (IsForAll || Project == project);
}
