using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// The manual of the GNU core utilities (GNU Free Documentation License), which Debian's essential package <c>coreutils</c> brings: several hundred sections about
/// a hundred commands.
/// </summary>
internal static partial class Manual
{
    private const string Name = "coreutils.info.gz";

    /// <summary>Where <c>./test</c> puts what it fetches.</summary>
    public static string Fetched { get; } = Path.Combine(RepositoryRoot, "artifacts", "manual");

    /// <summary>Where it is; null on machines that leave documentation out and where the scripts could not fetch it.</summary>
    public static string? File { get; } = new[] { $"/usr/share/info/{Name}", Path.Combine(Fetched, "coreutils", Name) }.FirstOrDefault(System.IO.File.Exists);

    /// <summary>Its sections by their names, without its licence and its indexes.</summary>
    public static IReadOnlyList<(string Name, string Text)> Read()
    {
        using var packed = new GZipStream(System.IO.File.OpenRead(File!), CompressionMode.Decompress);
        using var reader = new StreamReader(packed, Encoding.UTF8);
        return
        [
            .. reader.ReadToEnd().Split('\u001f').Select(s => Head().Match(s) is { Success: true } head ? (Name: head.Groups["name"].Value, Text: s[(head.Index + head.Length)..].Trim()) : default)
                .Where(s => s.Text is { Length: > 0 } && !s.Name.StartsWith("GNU Free Documentation", StringComparison.Ordinal) && !s.Name.Contains("index", StringComparison.OrdinalIgnoreCase)),
        ];
    }

    private static string RepositoryRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "OpenInteractions.slnx")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? AppContext.BaseDirectory;
        }
    }

    [GeneratedRegex(@"^\s*File: [^,]+,  Node: (?<name>[^,\n]+)[^\n]*\n")]
    private static partial Regex Head();
}

/// <summary>A test that needs the manual.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ManualFactAttribute : FactAttribute
{
    public ManualFactAttribute() => Skip = Manual.File is null ? "Needs the manual of the GNU core utilities (coreutils.info, in Debian's package coreutils)." : null;
}

/// <summary>Tests that need the manual.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ManualTheoryAttribute : TheoryAttribute
{
    public ManualTheoryAttribute() => Skip = new ManualFactAttribute().Skip;
}
