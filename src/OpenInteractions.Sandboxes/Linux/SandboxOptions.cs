namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Sandboxes. Configuration section <c>OpenInteractions:Sandboxes</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Sandboxes";

    /// <summary>Where disks and what belongs to them lie. Absolute; one server at a time uses it.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Walls and limits that this machine does not have and that the operator does without, by their names in the preflight report.</summary>
    public List<string> Accept { get; } = [];
}
