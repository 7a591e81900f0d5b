using System.Globalization;
using System.Text;
using OpenInteractions.Ledger.Evidence;
using OpenInteractions.Ledger.Rules;

namespace OpenInteractions.Ledger;

/// <summary>
/// The page that people read. It depends on the rules and on which tests name them, not on how the tests ended:
/// a machine without PostgreSQL skips tests, and must still write the same page.
/// </summary>
internal static class ConformancePage
{
    private const string Introduction = """
        # Conformance

        What this server does, rule by rule, and which tests prove it. The rules describe the behaviour of Google's Interactions
        API as far as it is known, and our choices where it is silent or contradicts itself; `OP-` lines are the operations.

        - **holds**: the server does this, and at least one passing test says so.
        - **chosen differently**: the server does something else on purpose; the reason is given, and a test holds our choice.
        - **not yet**: do not rely on it. The part that it waits for is named.

        This page is written by a command from [`conformance/rules.json`](conformance/rules.json) and from the tests, which name
        their rules with `[Rule("…")]`; do not edit it by hand. `./test` fails when a line claims what no passing test holds, when
        a test that is named here fails, or when the page is out of date. A test that needs something the machine lacks (such as
        PostgreSQL) is skipped visibly and holds nothing there; why it works this way is in
        [decision 0005](decisions/0005-conformance-ledger.md).

        """;

    public static string Render(RulesFile rules, TestEvidence evidence)
    {
        var page = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        page.Append("\n## Summary\n\n| Area | Rules | Holds | Chosen differently | Not yet |\n|---|---:|---:|---:|---:|\n");
        foreach (var area in rules.Areas)
        {
            AppendCounts(page, $"[{Cell(area.Title)}](#{Anchor(area.Title)})", area.Rules);
        }

        AppendCounts(page, "**All**", [.. rules.AllRules()]);
        foreach (var area in rules.Areas)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {area.Title}\n\n| Rule | What the server does | State | Tests |\n|---|---|---|---|\n");
            foreach (var rule in area.Rules)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {rule.Id} | {Cell(rule.Text)} | {State(rule)} | {Tests(rule, evidence)} |\n");
            }
        }

        return page.ToString();
    }

    private static void AppendCounts(StringBuilder page, string title, IReadOnlyList<Rule> rules)
    {
        int Count(string claim) => rules.Count(rule => rule.Claim == claim);
        page.Append(
            CultureInfo.InvariantCulture,
            $"| {title} | {rules.Count} | {Count(Claim.Holds)} | {Count(Claim.ChosenDifferently)} | {Count(Claim.NotYet)} |\n");
    }

    private static string State(Rule rule) =>
        rule.Claim == Claim.Holds ? "**holds**" : $"{rule.Claim}: {Cell(rule.Reason ?? "")}";

    private static string Tests(Rule rule, TestEvidence evidence) =>
        string.Join("<br>", evidence.Naming(rule).Where(test => !test.IsSwitchedOff).Select(test => $"`{Cell(test.Name)}`"));

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    // The anchor that Git hosts make of a heading: lower case, hyphens for blanks, no punctuation.
    private static string Anchor(string title) =>
        new([.. title.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]);
}
