namespace OpenInteractions.Bench.Processes;

/// <summary>The published server.</summary>
/// <param name="Environment">Variables it gets beside those that point it at the fake provider.</param>
internal sealed record ServerUnderTest(string Program, IReadOnlyDictionary<string, string> Environment)
{
    private const string Published = "publish/server/openinteractions";

    public static string Locate(string? named)
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
