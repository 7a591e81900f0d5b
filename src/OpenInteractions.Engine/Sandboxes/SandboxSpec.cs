namespace OpenInteractions.Engine.Sandboxes;

/// <summary>What a sandbox gets.</summary>
public sealed record SandboxSpec
{
    /// <summary>Its name, unique among those that live: 1 to 64 letters, digits, <c>-</c> or <c>_</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Its disk, made before. One sandbox at a time uses a disk.</summary>
    public required string Disk { get; init; }

    /// <summary>Which uid its commands have on a server that is root: 200000 plus this, 0 to 65535. Two that live at the same time never share one.</summary>
    public required int Slot { get; init; }

    /// <summary>The root file system: the absolute path of a directory on the host that it sees read-only, or null for one made of the host's programs.</summary>
    public string? RootFileSystem { get; init; }

    /// <summary>What it may use.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <summary>The way out; null where there is none.</summary>
    public ISandboxNetwork? Network { get; init; }

    /// <summary>Variables of every command.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a sandbox may use of the machine, all of its processes together where nothing else is said.</summary>
public sealed record SandboxLimits
{
    /// <summary>Bytes of memory, with what lies in its temporary file systems; from 64 MiB.</summary>
    public long MemoryBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Processes and threads, 32 to 32,768.</summary>
    public int Processes { get; init; } = 512;

    /// <summary>Processors that it may keep busy, 0.05 to 1024.</summary>
    public double Processors { get; init; } = 2;

    /// <summary>Bytes in <c>/tmp</c>, and as many in <c>/dev/shm</c>; from 1 MiB. They count as memory too.</summary>
    public long TemporaryBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Files that one process may have open, 64 to 1,048,576.</summary>
    public int OpenFiles { get; init; } = 4096;
}
