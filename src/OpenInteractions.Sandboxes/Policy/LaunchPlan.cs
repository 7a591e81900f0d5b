namespace OpenInteractions.Sandboxes.Policy;

/// <summary>Everything that a start needs, as data.</summary>
internal sealed record LaunchPlan
{
    /// <summary>Whether the server is root: then no user namespace, an image as disk, and a uid of the sandbox's own.</summary>
    public required bool Privileged { get; init; }

    /// <summary>Uid and gid of its commands: on the host where the server is root, otherwise inside its user namespace only.</summary>
    public required int Uid { get; init; }

    public required SandboxLimits Limits { get; init; }

    /// <summary>An empty directory of this sandbox alone, which its mounts are made in.</summary>
    public required string Stage { get; init; }

    /// <summary>The image of its disk, or the directory.</summary>
    public required string Disk { get; init; }

    /// <summary>What the server adds to each root file system: the init, and directories to mount on.</summary>
    public required string Base { get; init; }

    /// <summary>The root file system.</summary>
    public required string Root { get; init; }

    /// <summary>Directories of the host that are shown in it, and where: the host's programs, or those of a root file system that is put together from parts.</summary>
    public required IReadOnlyList<(string From, string To)> Shown { get; init; }

    /// <summary>The directory of the host's .NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>The file with the seccomp program.</summary>
    public required string Filter { get; init; }

    /// <summary>Whether there are doors of the network.</summary>
    public bool HasDoors { get; init; }

    /// <summary>Files that a process joins a control group by, one for each controller.</summary>
    public required IReadOnlyList<string> ControlGroups { get; init; }

    /// <summary>Whether a control group counts the processes. The kernel's own limit counts those of a uid, also of another server's sandboxes, and is set only where there is no other.</summary>
    public bool CountsProcesses { get; init; }

    /// <summary>Files of <c>/proc</c> that tell about the host, those that there are.</summary>
    public required IReadOnlyList<string> Masked { get; init; }

    /// <summary>Set where a runtime of the OCI makes the walls; null for bwrap.</summary>
    public OciLaunch? Oci { get; init; }
}
