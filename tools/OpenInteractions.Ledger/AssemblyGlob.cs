using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;

namespace OpenInteractions.Ledger;

/// <summary>Finds files by a pattern such as <c>tests/*/bin/Release/net10.0/*.Tests.dll</c>, relative or absolute.</summary>
internal static class AssemblyGlob
{
    public static IReadOnlyList<string> Find(string pattern)
    {
        var absolute = Path.GetFullPath(pattern);
        var root = Path.GetPathRoot(absolute)!;

        // Start below the last folder without a wildcard, so that nothing else of the disk is walked.
        var parts = absolute[root.Length..].Split(Path.DirectorySeparatorChar);
        var start = parts.TakeWhile(part => !part.Contains('*', StringComparison.Ordinal)).Take(parts.Length - 1).ToArray();
        var folder = new DirectoryInfo(Path.Combine([root, .. start]));

        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddInclude(string.Join('/', parts.Skip(start.Length)));
        string[] found = folder.Exists
            ? [.. matcher.Execute(new DirectoryInfoWrapper(folder)).Files.Select(file => Path.GetFullPath(file.Path, folder.FullName))]
            : [];
        return found.Length > 0
            ? [.. found.Order(StringComparer.Ordinal)]
            : throw new LedgerException($"No test assembly matches {pattern}.");
    }
}
