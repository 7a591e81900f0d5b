using System.Text.Json;

namespace OpenInteractions.Ledger.Evidence;

/// <summary>
/// One line of a <c>*.rules.jsonl</c> file, which tests that are not xunit write:
/// <c>{"name":"sdk-3.1.0: create","outcome":"passed","rules":["OP-interactions.create"]}</c>.
/// </summary>
internal sealed record ScriptResult
{
    public required string Name { get; init; }

    /// <summary><c>passed</c>, <c>failed</c> or <c>skipped</c>.</summary>
    public required string Outcome { get; init; }

    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Adds the results of the file and returns the tests that it names.</summary>
    public static IReadOnlyList<RuledTest> Read(string path, TestResults results)
    {
        var tests = new List<RuledTest>();
        foreach (var (number, line) in File.ReadLines(path).Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)))
        {
            var result = Parse(path, number + 1, line);
            results.Add(result.Name, ToOutcome(path, number + 1, result.Outcome));
            tests.Add(new RuledTest(result.Name, result.Name, [.. result.Rules], IsSwitchedOff: false));
        }

        return tests;
    }

    private static ScriptResult Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LedgerJson.Default.ScriptResult)
                ?? throw new LedgerException($"{path}, line {number}: is null.");
        }
        catch (JsonException error)
        {
            throw new LedgerException($"{path}, line {number}: {error.Message}");
        }
    }

    private static Outcome ToOutcome(string path, int number, string outcome) => outcome switch
    {
        "passed" => Evidence.Outcome.Passed,
        "skipped" => Evidence.Outcome.Skipped,
        "failed" => Evidence.Outcome.Failed,
        _ => throw new LedgerException($"{path}, line {number}: the outcome '{outcome}' is none of 'passed', 'failed', 'skipped'."),
    };
}
