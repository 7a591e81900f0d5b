using System.Globalization;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>The directory of sandboxes: <c>disks</c>, <c>roots</c>, <c>live</c>, and a lock, since two servers on it would reap each other's sandboxes.</summary>
internal sealed class SandboxDirectory : IDisposable
{
    private readonly FileStream _lock;

    public SandboxDirectory(string? path)
    {
        if (path is null || !Path.IsPathFullyQualified(path))
        {
            throw new SandboxException(SandboxErrorKind.Invalid, $"{SandboxOptions.Section}:{nameof(SandboxOptions.Directory)}: must be an absolute path.");
        }

        Root = path.TrimEnd('/');
        const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var directory in (string[])[Root, Disks, Live])
        {
            Directory.CreateDirectory(directory, OnlyOwner);
        }

        try
        {
            _lock = new FileStream($"{Root}/lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new SandboxException(SandboxErrorKind.Conflict, $"Another server uses the sandboxes in {Root}. Give each server a directory of its own.");
        }
    }

    public string Root { get; }

    public string Disks => $"{Root}/disks";

    public string Roots => $"{Root}/roots";

    public string Live => $"{Root}/live";

    /// <summary>What a runtime of the OCI knows of its containers.</summary>
    public string States => $"{Root}/oci";

    /// <summary>The name of its settings in a stage.</summary>
    public const string Bundle = "config.json";

    public string Base => $"{Roots}/base";

    public string HostRoot => $"{Roots}/host";

    public string Filter => $"{Roots}/seccomp.bpf";

    /// <summary>An image with root, a directory without.</summary>
    public string Disk(string disk) => Native.IsRoot ? $"{Disks}/{disk}.img" : $"{Disks}/{disk}";

    public string Owner(string disk) => $"{Disks}/{disk}.slot";

    /// <summary>How often the disk was complete.</summary>
    public string Generation(string disk) => $"{Disks}/{disk}.generation";

    public string Stage(string id) => $"{Live}/{id}";

    public int SlotOf(string disk) => int.Parse(File.ReadAllText(Owner(disk)), CultureInfo.InvariantCulture);

    public string MakeStage(string id, string root)
    {
        var stage = Stage(id);
        RemoveStage(id);
        Directory.CreateDirectory($"{stage}/root");
        Directory.CreateDirectory($"{stage}/disk");
        File.CreateSymbolicLink($"{stage}/base", Base);
        File.CreateSymbolicLink($"{stage}/lower", root);
        return stage;
    }

    /// <summary>Removes what <see cref="MakeStage"/> made, and nothing below it: should a disk still be mounted there, its files stay.</summary>
    public void RemoveStage(string id)
    {
        var stage = Stage(id);
        foreach (var link in (string[])["base", "lower", Bundle, Policy.LaunchCommand.StagedAuthorities, Policy.LaunchCommand.StagedAuthority])
        {
            if (Directory.Exists(stage))
            {
                File.Delete($"{stage}/{link}");
            }
        }

        foreach (var directory in (string[])[$"{stage}/root", $"{stage}/disk", stage])
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory);
            }
        }
    }

    public void Dispose() => _lock.Dispose();
}
