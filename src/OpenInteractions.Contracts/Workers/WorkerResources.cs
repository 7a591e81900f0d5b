using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Workers;

/// <summary>Makes a worker: a machine that serves environments from elsewhere. Ours.</summary>
public sealed record CreateWorkerRequest : WireObject
{
    /// <summary>What it is called, such as the machine's name: 1 to 63 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    [NotEmpty]
    public required string Name { get; init; }

    /// <summary>Whether it serves environments of every project. For the operator's project alone.</summary>
    public bool? AllProjects { get; init; }
}

/// <summary>A worker as it is read. Ours.</summary>
public sealed record Worker : WireObject
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it serves environments of every project.</summary>
    public required bool AllProjects { get; init; }

    /// <summary><c>connected</c>, <c>away</c>, <c>lost</c> when it is away for long, or <c>new</c> when it never was connected.</summary>
    public required string State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was heard of last; absent when it never was.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Its key, in the answer that makes it and never again.</summary>
    public string? Key { get; init; }
}

/// <summary>A page of workers.</summary>
public sealed record WorkerList : WireObject
{
    /// <summary>The workers, the oldest first.</summary>
    public required IReadOnlyList<Worker> Workers { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>How it stands with the worker that has an environment. Ours.</summary>
public sealed record EnvironmentWorker : WireObject
{
    /// <summary>The worker's id.</summary>
    public required string Id { get; init; }

    /// <summary><c>connected</c>, <c>away</c>, <c>lost</c> when it is away for long, or <c>deleted</c>.</summary>
    public required string State { get; init; }

    /// <summary>When it was heard of last; absent where it is connected or deleted.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What a worker says to be let in.</summary>
public sealed record WorkerLeaseRequest : WireObject
{
    /// <summary>Which words it speaks.</summary>
    public required int Protocol { get; init; }

    /// <summary>The process: random, the same as long as it lives.</summary>
    [NotEmpty]
    public required string Holder { get; init; }

    /// <summary>The name of its directory.</summary>
    [NotEmpty]
    public required string Directory { get; init; }

    /// <summary>The worker that the directory belongs to; absent when it is empty.</summary>
    public string? Worker { get; init; }
}

/// <summary>A lease of a worker's host.</summary>
public sealed record WorkerLease : WireObject
{
    /// <summary>The worker.</summary>
    public required string Worker { get; init; }

    /// <summary>Counts leases.</summary>
    public required long Epoch { get; init; }

    /// <summary>How long it holds without being renewed.</summary>
    public required double LeaseSeconds { get; init; }
}
