using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests.Disks;

/// <summary>
/// A file system of a few megabytes that only the processes see which are started on it: it is mounted in a namespace of its own, which goes with the
/// script that holds it, and that goes with this process. Servers may come and go meanwhile. It needs no rights but to make such a namespace.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Script = """
        mount -t tmpfs -o "size=$1m,mode=700" tmpfs "$0" && echo ready && read -r _
        """;

    private const string Obstacle = "A full disk is tested on a tmpfs in a namespace of its own, which cannot be made here: ";

    private static readonly bool IsRoot = Environment.UserName == "root";

    private static readonly string[] Namespace = IsRoot ? ["--mount"] : ["--map-root-user", "--mount"];

    private readonly DirectoryInfo _mountPoint;
    private readonly Process _process;

    private SmallDisk(DirectoryInfo mountPoint, Process process) => (_mountPoint, _process) = (mountPoint, process);

    /// <summary>Where it is for who was started on it.</summary>
    public string Path => _mountPoint.FullName;

    /// <summary>The program that starts others on it.</summary>
    public string[] Within =>
    [
        "nsenter", "--target", _process.Id.ToString(CultureInfo.InvariantCulture), "--mount", .. IsRoot ? (string[])[] : ["--user", "--preserve-credentials"], "--",
    ];

    // The same place, seen from outside.
    private string Filler => FormattableString.Invariant($"/proc/{_process.Id}/root{Path}/filler");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var mountPoint = Directory.CreateTempSubdirectory("openinteractions-disk-");
        var process = Process.Start(new ProcessStartInfo("unshare", [.. Namespace, "bash", "-c", Script, mountPoint.FullName, megabytes.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var disk = new SmallDisk(mountPoint, process);
        if (await process.StandardOutput.ReadLineAsync().OrTimeout("the small disk") == "ready")
        {
            return disk;
        }

        var error = await process.StandardError.ReadToEndAsync();
        await disk.DisposeAsync();
        throw new InvalidOperationException(error.Trim());
    }

    /// <summary>Why there can be none on this machine, or null.</summary>
    public static string? FindObstacle()
    {
        try
        {
            // On a folder that is always there; nobody else sees it.
            using var process = Process.Start(new ProcessStartInfo("unshare", [.. Namespace, "mount", "-t", "tmpfs", "tmpfs", System.IO.Path.GetTempPath()]) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : Obstacle + error.Trim();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return Obstacle + exception.Message;
        }
    }

    /// <summary>Fills it to the last byte.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 1 << 12, 1])
        {
            try
            {
                for (var piece = new byte[size]; ;)
                {
                    filler.Write(piece);
                }
            }
            catch (IOException)
            {
                // No room for a piece of this size.
            }
        }
    }

    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().OrTimeout("the small disk's end");
        _process.Dispose();
        _mountPoint.Delete(recursive: true);
    }
}

/// <summary>A test that needs a small disk; where none can be made, it is reported as skipped with the reason.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly string? Obstacle = SmallDisk.FindObstacle();

    public SmallDiskFactAttribute() => Skip = Obstacle;
}
