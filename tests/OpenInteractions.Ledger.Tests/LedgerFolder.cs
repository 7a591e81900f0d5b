using System.CommandLine;
using System.Xml.Linq;

namespace OpenInteractions.Ledger.Tests;

/// <summary>A folder of its own with a rules file, results and a page, and the command run on it.</summary>
internal sealed class LedgerFolder : IDisposable
{
    public const string FixtureTests = "OpenInteractions.Ledger.Fixture.ChainTests";

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ledger-");
    private int _files;

    public LedgerFolder() => Directory.CreateDirectory(Results);

    public static string FixtureAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "OpenInteractions.Ledger.Fixture.dll");

    public string Page => Path.Combine(_root.FullName, "conformance.md");

    public string Results => Path.Combine(_root.FullName, "results");

    private string RulesPath => Path.Combine(_root.FullName, "rules.json");

    /// <summary>One area whose ids are those of its lines, each line as <c>("AA-1", "holds")</c>.</summary>
    public LedgerFolder Rules(params (string Id, string Claim)[] lines) =>
        RulesText($$"""
            { "areas": [ { "title": "Made up", "ids": [{{string.Join(',', lines.Select(line => $"\"{line.Id}\"").Distinct())}}], "rules": [
            {{string.Join(",\n", lines.Select(line => Line(line.Id, line.Claim)))}}
            ] } ] }
            """);

    public LedgerFolder RulesText(string json)
    {
        File.WriteAllText(RulesPath, json);
        return this;
    }

    /// <summary>A result file in the form of VSTest, one result after another of <c>Class.Method</c>.</summary>
    public LedgerFolder Ran(params (string Test, string Outcome)[] results)
    {
        var tests = results.Select((result, number) => (result.Test, result.Outcome, Id: $"id-{number}")).ToList();
        new XDocument(new XElement(
            Trx + "TestRun",
            new XElement(Trx + "Results", tests.Select(test => new XElement(
                Trx + "UnitTestResult",
                new XAttribute("testId", test.Id),
                new XAttribute("testName", "a name that must not matter"),
                new XAttribute("outcome", test.Outcome)))),
            new XElement(Trx + "TestDefinitions", tests.Select(test => new XElement(
                Trx + "UnitTest",
                new XAttribute("id", test.Id),
                new XElement(
                    Trx + "TestMethod",
                    new XAttribute("codeBase", FixtureAssembly),
                    new XAttribute("className", test.Test[..test.Test.LastIndexOf('.')]),
                    new XAttribute("name", test.Test[(test.Test.LastIndexOf('.') + 1)..])))))))
            .Save(Path.Combine(Results, $"{_files++}.trx"));
        return this;
    }

    public LedgerFolder Scripted(params string[] lines)
    {
        File.WriteAllLines(Path.Combine(Results, $"{_files++}.rules.jsonl"), lines);
        return this;
    }

    /// <summary>Runs a verb; the lines are what it said on both outputs.</summary>
    public (int ExitCode, string[] Lines) Run(string verb, params string[] more)
    {
        using var said = new StringWriter();
        var exitCode = LedgerCommand.Create()
            .Parse([verb, "--rules", RulesPath, "--page", Page, "--results", Results, .. more])
            .Invoke(new InvocationConfiguration { Output = said, Error = said });
        return (exitCode, said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Writes the page and returns what <c>check</c> then complains about.</summary>
    public string[] Problems(params string[] more)
    {
        var written = Run("write", more);
        Assert.True(written.ExitCode == 0, string.Join('\n', written.Lines));
        var (exitCode, lines) = Run("check", more);
        Assert.Equal(lines.Length > 1 ? 1 : 0, exitCode);
        return lines[..^1];
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static string Line(string id, string claim) => claim == "holds"
        ? $$"""{ "id": "{{id}}", "claim": "holds", "text": "Rule {{id}}." }"""
        : $$"""{ "id": "{{id}}", "claim": "{{claim}}", "reason": "because", "text": "Rule {{id}}." }""";
}
