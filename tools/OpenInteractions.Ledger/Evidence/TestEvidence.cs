using OpenInteractions.Ledger.Rules;

namespace OpenInteractions.Ledger.Evidence;

/// <summary>The tests that name rules, and how the tests ended.</summary>
internal sealed record TestEvidence(IReadOnlyList<RuledTest> Tests, TestResults Results)
{
    /// <summary>Reads a folder of results, with all folders in it.</summary>
    /// <param name="results">Holds <c>*.trx</c> and <c>*.rules.jsonl</c> files.</param>
    /// <param name="assemblies">Test assemblies; when there are none, those that the results name.</param>
    public static TestEvidence Gather(string results, IReadOnlyList<string> assemblies)
    {
        if (!Directory.Exists(results))
        {
            throw new LedgerException($"There is no folder {results}.");
        }

        var outcomes = new TestResults();
        var ran = FilesIn(results, "*.trx").SelectMany(trx => TrxFile.Read(trx, outcomes)).ToList();
        var scripted = FilesIn(results, "*.rules.jsonl").SelectMany(file => ScriptResult.Read(file, outcomes)).ToList();
        if (outcomes.Count == 0)
        {
            throw new LedgerException($"{results} holds no results: neither *.trx nor *.rules.jsonl.");
        }

        var compiled = (assemblies.Count > 0 ? assemblies : ran).Distinct().ToList();
        var twice = compiled.GroupBy(Path.GetFileName).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? new TestEvidence(InOrder([.. compiled.SelectMany(TestAssembly.Read), .. scripted]), outcomes)
            : throw new LedgerException($"Which of these ran? {string.Join(", ", twice.Order(StringComparer.Ordinal))}");
    }

    public IEnumerable<RuledTest> Naming(Rule rule) => Tests.Where(test => test.Rules.Contains(rule.Id));

    public bool Passed(RuledTest test) => Results.Of(test.FullName) == Outcome.Passed;

    private static IReadOnlyList<string> FilesIn(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    // A script may report one test in several lines; it is one test, with all the rules that its lines name.
    private static List<RuledTest> InOrder(IReadOnlyList<RuledTest> tests) =>
    [
        .. tests
            .GroupBy(test => test.FullName)
            .Select(same => same.First() with { Rules = [.. same.SelectMany(test => test.Rules).Distinct()] })
            .OrderBy(test => test.Name, StringComparer.Ordinal)
            .ThenBy(test => test.FullName, StringComparer.Ordinal),
    ];
}
