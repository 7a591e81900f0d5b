namespace OpenInteractions.Sandboxes.Linux;

/// <summary>The engine <c>oci</c>. Configuration section <c>OpenInteractions:Sandboxes:Oci</c>.</summary>
public sealed class OciOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = $"{SandboxOptions.Section}:Oci";

    /// <summary>The runtime: the absolute path of <c>runc</c> or another program that takes its arguments.</summary>
    public string Runtime { get; set; } = "/usr/bin/runc";
}
