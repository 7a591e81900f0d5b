namespace OpenInteractions.Sandboxes.Workers;

/// <summary>How a worker is run.</summary>
public sealed record WorkerSettings
{
    /// <summary>The server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The worker's key.</summary>
    public required string Key { get; init; }

    /// <summary>Where disks lie, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>A file of certificates of authorities that are trusted for the server, instead of the system's; null for those.</summary>
    public string? Authorities { get; init; }

    /// <summary>Sandboxes that live at the same time.</summary>
    public int MaxSandboxes { get; init; } = 64;

    /// <summary>Walls and limits that are given up, as <c>OpenInteractions:Sandboxes:Accept</c>.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Told what happens, a line each.</summary>
    public required Action<string> Log { get; init; }
}
