namespace OpenInteractions.Sandboxes.Linux;

/// <summary>The ranges of a <see cref="SandboxSpec"/>.</summary>
internal static class SpecCheck
{
    private const long Megabyte = 1024 * 1024;

    public static void Check(SandboxSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SandboxNames.Checked(spec.Id, "sandbox");
        SandboxNames.Checked(spec.Disk, "disk");
        _ = Disks.Uid(spec.Slot);
        Require(spec.RootFileSystem is null || (Path.IsPathFullyQualified(spec.RootFileSystem) && Directory.Exists(spec.RootFileSystem)), "The root file system is an absolute path of a directory.");
        Require(spec.Environment.Keys.All(SandboxNames.IsVariable), "Variables have names of letters, digits and '_', and do not begin with a digit.");
        Require(spec.Limits.MemoryBytes >= 64 * Megabyte, "A sandbox needs 64 MiB of memory at least.");
        Require(spec.Limits.Processes is >= 32 and <= 32_768, "Processes are limited to 32 to 32,768.");
        Require(spec.Limits.Processors is >= 0.05 and <= 1024, "Processors are limited to 0.05 to 1024.");
        Require(spec.Limits.TemporaryBytes >= Megabyte, "Temporary files need 1 MiB at least.");
        Require(spec.Limits.OpenFiles is >= 64 and <= 1_048_576, "Open files are limited to 64 to 1,048,576.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, otherwise);
        }
    }
}
