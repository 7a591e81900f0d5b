using System.CommandLine;

namespace OpenInteractions.Ledger.Tests;

public sealed class LedgerCommandTests : IDisposable
{
    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_shows_counts_and_for_each_rule_its_text_state_and_tests()
    {
        _folder
            .RulesText("""
                { "areas": [
                  { "title": "Chains, made up", "ids": ["AA-1..2"], "rules": [
                    { "id": "AA-1", "claim": "holds", "text": "One | two." },
                    { "id": "AA-2", "claim": "chosen differently", "reason": "it is better", "text": "Three." } ] },
                  { "title": "Others", "ids": ["CC-1"], "rules": [
                    { "id": "CC-1", "claim": "not yet", "reason": "a part", "text": "Four." } ] } ] }
                """)
            .Ran((LedgerFolder.FixtureTests + ".Passes", "Passed"))
            .Scripted("""{"name":"a script","outcome":"passed","rules":["AA-1"]}""");

        _folder.Run("write");

        var page = File.ReadAllText(_folder.Page);
        Assert.EndsWith("""
            ## Summary

            | Area | Rules | Holds | Chosen differently | Not yet |
            |---|---:|---:|---:|---:|
            | [Chains, made up](#chains-made-up) | 2 | 1 | 1 | 0 |
            | [Others](#others) | 1 | 0 | 0 | 1 |
            | **All** | 3 | 1 | 1 | 1 |

            ## Chains, made up

            | Rule | What the server does | State | Tests |
            |---|---|---|---|
            | AA-1 | One \| two. | **holds** | `ChainTests.Passes`<br>`a script` |
            | AA-2 | Three. | chosen differently: it is better | `ChainTests.Holds_two_rules` |

            ## Others

            | Rule | What the server does | State | Tests |
            |---|---|---|---|
            | CC-1 | Four. | not yet: a part |  |

            """, page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_does_not_depend_on_what_this_machine_skipped()
    {
        _folder.Rules(("AA-1", "holds")).Ran((LedgerFolder.FixtureTests + ".Passes", "Passed"));
        _folder.Run("write");
        var here = File.ReadAllText(_folder.Page);

        _folder.Ran((LedgerFolder.FixtureTests + ".Passes", "NotExecuted"));
        _folder.Run("write");

        Assert.Equal(here, File.ReadAllText(_folder.Page));
    }

    [Theory]
    [InlineData("OpenInteractions.Ledger.Fix*.dll")]
    [InlineData("**/OpenInteractions.Ledger.Fixture.dll")]
    public void Assemblies_are_found_by_a_pattern(string pattern)
    {
        _folder.Rules(("CC-1", "not yet")).Scripted("""{"name":"a script","outcome":"passed","rules":[]}""");

        var (_, lines) = _folder.Run("check", "--assemblies", Path.Combine(AppContext.BaseDirectory, pattern));

        Assert.Contains("AA-1: ChainTests.Passes did not run.", lines);
    }

    [Fact]
    public void A_pattern_that_finds_nothing_is_refused()
    {
        _folder.Rules(("CC-1", "not yet")).Scripted("""{"name":"a script","outcome":"passed","rules":[]}""");

        var pattern = Path.Combine(AppContext.BaseDirectory, "nowhere", "*.dll");
        Assert.Equal((1, $"No test assembly matches {pattern}."), Refusal("--assemblies", pattern));
    }

    [Fact]
    public void A_folder_without_results_is_refused()
    {
        _folder.Rules(("CC-1", "not yet"));

        Assert.Equal((1, $"{_folder.Results} holds no results: neither *.trx nor *.rules.jsonl."), Refusal());
    }

    [Theory]
    [InlineData("""{"name":"a","outcome":"fine","rules":[]}""", "line 2: the outcome 'fine' is none of 'passed', 'failed', 'skipped'.")]
    [InlineData("""{"name":"a","outcome":"passed"}""", "line 2: ")]
    [InlineData("""{"name":"a","outcome":"passed","rules":[],"more":1}""", "line 2: ")]
    [InlineData("""{"name":""", "line 2: ")]
    public void A_bad_line_of_a_script_is_refused_with_its_place(string line, string message)
    {
        _folder.Rules(("CC-1", "not yet")).Scripted("""{"name":"good","outcome":"passed","rules":[]}""", line);

        var (exitCode, said) = Refusal();

        Assert.Equal(1, exitCode);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "areas": [ { "title": "A", "ids": [], "rules": [], "rule": [] } ] }""")]
    [InlineData("""{ "areas": null }""")]
    [InlineData("""{ "areas": [], "areas": [] }""")]
    [InlineData("")]
    public void A_rules_file_with_another_shape_is_refused(string json)
    {
        _folder.RulesText(json).Scripted("""{"name":"good","outcome":"passed","rules":[]}""");

        Assert.Contains("rules.json cannot be read", Refusal().Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "write")]
    [InlineData("check --help", "--assemblies")]
    [InlineData("write --help", "--results")]
    public void Help_names_the_verbs_and_options(string arguments, string expected)
    {
        using var said = new StringWriter();

        var exitCode = LedgerCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = said });

        Assert.Equal(0, exitCode);
        Assert.Contains(expected, said.ToString(), StringComparison.Ordinal);
    }

    private (int ExitCode, string Said) Refusal(params string[] more)
    {
        var (exitCode, lines) = _folder.Run("check", more);
        return (exitCode, string.Join('\n', lines));
    }
}
