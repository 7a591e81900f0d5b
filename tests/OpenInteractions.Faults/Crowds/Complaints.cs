using System.Text.RegularExpressions;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>What servers warned of, for the message of a test that fails: each kind of line once, and how often it came.</summary>
internal static partial class Complaints
{
    public static string Of(Servers servers)
    {
        var kinds = servers.All.SelectMany((server, node) => Warning().Matches(server.Log).Select(m => $"{FaultPlan.CallerName(node)} {Varying().Replace(m.Groups[1].Value, "…")}"))
            .CountBy(kind => kind).OrderBy(k => k.Key, StringComparer.Ordinal);
        return string.Join('\n', kinds.Select(k => $"{k.Value} x {k.Key}"));
    }

    [GeneratedRegex(@"(?:warn|fail|crit): \S+ (.{1,90})", RegexOptions.Multiline)]
    private static partial Regex Warning();

    [GeneratedRegex(@"\d+|\bint_\S+")]
    private static partial Regex Varying();
}
