using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>What sandboxes run on.</summary>
public enum SandboxEngine
{
    /// <summary>Namespaces, seccomp and control groups of this machine, by <c>bwrap</c>.</summary>
    Bubblewrap,

    /// <summary>The same walls, made by a runtime of the OCI such as <c>runc</c>; for a server that is root.</summary>
    Oci,

    /// <summary>Nothing: there are no sandboxes.</summary>
    None,
}

/// <summary>Sandboxes. Configuration section <c>OpenInteractions:Sandboxes</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Sandboxes";

    /// <summary>What sandboxes run on.</summary>
    public SandboxEngine Engine { get; set; }

    /// <summary>Where disks and what belongs to them lie: absolute, and of one server at a time. Without it, <c>sandboxes</c> in the data directory.</summary>
    public string? Directory { get; set; }

    /// <summary>What sandboxes see as their system: <c>auto</c> is the newest that <c>oi sandboxes build</c> has made, and until there is one the host's programs; <c>host</c> is those alone; otherwise the
    /// absolute path of a directory that has a system.</summary>
    public string RootFileSystem { get; set; } = RootCatalog.Auto;

    /// <summary>Walls and limits that this machine does not have and that the operator does without, by their names in the preflight report.</summary>
    public List<string> Accept { get; } = [];

    /// <summary>The runtime of the engine <c>oci</c>, from <see cref="OciOptions"/>.</summary>
    internal string OciRuntime { get; set; } = new OciOptions().Runtime;

    /// <summary>What is wrong, each with the name of its setting.</summary>
    public IEnumerable<string> Problems()
    {
        if (!string.IsNullOrEmpty(Directory) && !Path.IsPathFullyQualified(Directory))
        {
            yield return $"{Section}:{nameof(Directory)}: must be an absolute path.";
        }

        if (!RootCatalog.IsSetting(RootFileSystem))
        {
            yield return $"{Section}:{nameof(RootFileSystem)}: must be {RootCatalog.Auto}, {RootCatalog.Host} or the absolute path of a directory.";
        }

        foreach (var (index, name) in Accept.Index())
        {
            if (!Preflight.MayBeGivenUp.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{Section}:{nameof(Accept)}:{index}: must be one of {string.Join(", ", Preflight.MayBeGivenUp)}. Other walls cannot be given up.";
            }
        }
    }
}
