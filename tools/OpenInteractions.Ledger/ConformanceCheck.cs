using OpenInteractions.Ledger.Evidence;
using OpenInteractions.Ledger.Rules;

namespace OpenInteractions.Ledger;

/// <summary>Whether the claims, the tests and the page agree. Each sentence is one thing that does not.</summary>
internal static class ConformanceCheck
{
    public static IReadOnlyList<string> Problems(RulesFile rules, TestEvidence evidence) =>
    [
        .. rules.Problems(),
        .. OfTests(rules, evidence),
        .. rules.AllRules().SelectMany(rule => OfClaim(rule, evidence)),
    ];

    private static IEnumerable<string> OfTests(RulesFile rules, TestEvidence evidence)
    {
        var known = rules.AllRules().Select(rule => rule.Id).ToHashSet();
        foreach (var test in evidence.Tests)
        {
            foreach (var id in test.Rules.Where(id => !known.Contains(id)))
            {
                yield return $"{id}: is no rule, but {test.Name} names it.";
            }

            var named = string.Join(", ", test.Rules);
            switch (evidence.Results.Of(test.FullName))
            {
                case Outcome.Failed:
                    yield return $"{named}: {test.Name} failed.";
                    break;
                case null:
                    yield return $"{named}: {test.Name} did not run.";
                    break;
            }
        }
    }

    private static IEnumerable<string> OfClaim(Rule rule, TestEvidence evidence)
    {
        var passing = evidence.Naming(rule).Where(evidence.Passed).Select(test => test.Name).ToList();
        switch (rule.Claim)
        {
            case Claim.Holds or Claim.ChosenDifferently when passing.Count == 0:
                yield return $"{rule.Id}: claims '{rule.Claim}', but no passing test holds it.";
                break;
            case Claim.NotYet when passing.Count > 0:
                yield return $"{rule.Id}: claims '{rule.Claim}', but these pass: {string.Join(", ", passing)}. Change the claim.";
                break;
        }
    }
}
