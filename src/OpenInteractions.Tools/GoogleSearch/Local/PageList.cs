namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>The files that are to be found, each with the address that people open: those of a folder, or of a list with an address, a tab and a file in each line.</summary>
internal static class PageList
{
    private const int MostPages = 200_000;

    public static IEnumerable<(string File, string Url)> Of(string pages, string? address) => (Directory.Exists(pages) ? OfFolder(pages, address!) : OfList(pages)).Take(MostPages);

    private static IEnumerable<(string, string)> OfFolder(string folder, string address)
    {
        // Links may lead out of what the operator meant.
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options).Where(LocalPage.IsPage).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString);
            yield return (file, $"{address.TrimEnd('/')}/{string.Join('/', path)}");
        }
    }

    private static IEnumerable<(string, string)> OfList(string list)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(list))!;
        foreach (var line in File.ReadLines(list))
        {
            if (line.Split('\t', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } url, { Length: > 0 } file] && !line.StartsWith('#'))
            {
                yield return (Path.GetFullPath(file, folder), url);
            }
        }
    }
}
