namespace OpenInteractions.Architecture.Tests;

/// <summary>The files of the repository that these tests were built in.</summary>
internal static class Repository
{
    private static readonly string[] NotSources = ["bin", "obj", "node_modules", "publish", "artifacts", "data", ".git"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Paths from the root of all files of a name below a folder, without what builds leave.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        [.. Walk(new DirectoryInfo(Path.Combine(Root, folder)), pattern).Select(file => Path.GetRelativePath(Root, file.FullName)).Order(StringComparer.Ordinal)];

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Concat(folder.EnumerateDirectories()
            .Where(below => !NotSources.Contains(below.Name))
            .SelectMany(below => Walk(below, pattern)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenInteractions.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside the repository.");
        }

        return folder.FullName;
    }
}
