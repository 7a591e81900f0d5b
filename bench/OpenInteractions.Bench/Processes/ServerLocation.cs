namespace OpenInteractions.Bench.Processes;

/// <summary>Finds the published server.</summary>
internal static class ServerLocation
{
    private const string Published = "publish/server/openinteractions";

    public static string Find(string? named)
    {
        if (named is not null)
        {
            var path = Path.GetFullPath(named);
            return File.Exists(path) ? path : throw new UsageException($"--server: there is no file {path}.");
        }

        for (var directory = new DirectoryInfo(Directory.GetCurrentDirectory()); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, Published);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new UsageException($"No published server at {Published}; bench/run publishes it, or name one with --server.");
    }
}
