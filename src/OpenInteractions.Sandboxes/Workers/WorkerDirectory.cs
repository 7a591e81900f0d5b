using System.Security.Cryptography;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>The names in a directory of sandboxes: its own, and the worker that it belongs to.</summary>
internal static class WorkerDirectory
{
    private const string Owner = "worker";

    /// <summary>The directory's name, made with the first call. Beside the disks: who loses those has another host's.</summary>
    public static string NameOf(string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(directory, "host");
        if (!File.Exists(file))
        {
            Write(file, $"host_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10))}");
        }

        return File.ReadAllText(file).Trim();
    }

    /// <summary>The worker that the directory belongs to; null when it is nobody's.</summary>
    /// <exception cref="WorkerRefusedException">It is a server's: its disks would be taken for what nobody needs.</exception>
    public static string? OwnerOf(string directory)
    {
        var file = Path.Combine(directory, Owner);
        if (File.Exists(file))
        {
            return File.ReadAllText(file).Trim();
        }

        var disks = Path.Combine(directory, "disks");
        return Directory.Exists(disks) && Directory.EnumerateFileSystemEntries(disks).Any()
            ? throw new WorkerRefusedException($"'{directory}' has disks that are no worker's, such as a server's. Give the worker an empty directory of its own.")
            : null;
    }

    /// <summary>Keeps whose it is.</summary>
    public static void Own(string directory, string worker) => Write(Path.Combine(directory, Owner), worker);

    private static void Write(string file, string text)
    {
        var making = file + ".new";
        using (var stream = new FileStream(making, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(making, file, overwrite: true);
    }
}
