using System.Text.RegularExpressions;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>Where packages come from: what apt of this machine is set to, so that a build works behind its mirror and its proxy.</summary>
internal static partial class AptSources
{
    private const string Release = "/etc/os-release";
    private static readonly string[] Distributions = ["Debian", "Ubuntu"];

    /// <summary>The suite of this machine; null where it has none that packages can be had of.</summary>
    public static string? OwnSuite { get; } = File.Exists(Release) && File.ReadLines(Release).FirstOrDefault(l => l.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal)) is { } line
        ? line["VERSION_CODENAME=".Length..].Trim('"')
        : null;

    /// <summary>Lines as in <c>sources.list</c>, of the distribution alone and not of those who publish beside it.</summary>
    public static async Task<IReadOnlyList<string>> OfHostAsync(string suite, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        try
        {
            var known = await Tool.RunAsync(["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)", "Identifier: Packages"], cancellationToken);
            lines.AddRange(Lines(known, suite));
        }
        catch (SandboxException)
        {
            // No apt here, or one that is not set up: what mmdebstrap knows has to do.
        }

        return lines;
    }

    internal static IEnumerable<string> Lines(string targets, string suite) => targets.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(t => t.Split('|'))
        .Where(t => t.Length == 4 && Distributions.Contains(t[3]) && (t[1] == suite || t[1] == $"{suite}-updates" || t[1] == $"{suite}-security") && t[2] is "main" or "universe")
        .GroupBy(t => (t[0], t[1]))
        .Select(g => $"deb {g.Key.Item1} {g.Key.Item2} {string.Join(' ', g.Select(t => t[2]).Distinct().Order(StringComparer.Ordinal))}");

    /// <summary>How apt of this machine connects: proxies, certificates, time-outs.</summary>
    public static async Task<IReadOnlyList<string>> ConnectionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await Tool.RunAsync(["apt-config", "dump"], cancellationToken)).Split('\n').Where(l => Connection().IsMatch(l))];
        }
        catch (SandboxException)
        {
            return [];
        }
    }

    /// <summary>Without user and password, which some mirrors want.</summary>
    public static string WithoutPassword(string source) => Password().Replace(source, "//");

    [GeneratedRegex("^Acquire::(https?::|Retries)[^\"]*\"[^\"]+\";$")]
    private static partial Regex Connection();

    [GeneratedRegex("//[^/@ ]*@")]
    private static partial Regex Password();
}
