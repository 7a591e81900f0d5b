namespace OpenInteractions.Ledger.Tests;

public sealed class ConformanceCheckTests : IDisposable
{
    private const string Passes = LedgerFolder.FixtureTests + ".Passes";
    private const string HoldsTwoRules = LedgerFolder.FixtureTests + ".Holds_two_rules";
    private const string HasCases = LedgerFolder.FixtureTests + ".Has_cases";

    private static readonly (string Test, string Outcome)[] AllOthersPassed =
    [
        (LedgerFolder.FixtureTests + ".Is_switched_off", "NotExecuted"),
        (LedgerFolder.FixtureTests + ".Names_no_rule", "Passed"),
        (LedgerFolder.FixtureTests + "+Inside.Takes_the_rule_of_its_class", "Passed"),
        ("OpenInteractions.Ledger.Fixture.FirstQueueTests.Is_a_promise_of_every_engine", "Passed"),
        ("OpenInteractions.Ledger.Fixture.FirstQueueTests.May_be_overridden", "Passed"),
        ("OpenInteractions.Ledger.Fixture.SecondQueueTests.Is_a_promise_of_every_engine", "NotExecuted"),
        ("OpenInteractions.Ledger.Fixture.SecondQueueTests.May_be_overridden", "NotExecuted"),
    ];

    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Claims_that_passing_tests_hold_are_right()
    {
        var ledger = Ran((Passes, "Passed"), (HoldsTwoRules, "Passed"), (HasCases, "Passed"), (HasCases, "Passed"))
            .Rules(Claims());

        Assert.Empty(ledger.Problems());
    }

    [Fact]
    public void A_success_says_how_many_rules_are_in_which_state()
    {
        var ledger = Ran((Passes, "Passed"), (HoldsTwoRules, "Passed"), (HasCases, "Passed"))
            .Rules([.. Claims(("AA-3", "chosen differently")), ("CC-1", "not yet")]);
        ledger.Run("write");

        Assert.Equal(["The ledger is right: 7 holds, 1 not yet, 1 chosen differently."], ledger.Run("check").Lines);
    }

    [Theory]
    [InlineData("holds")]
    [InlineData("chosen differently")]
    public void A_claim_without_a_test_is_a_problem(string claim)
    {
        var ledger = AllPassed().Rules([.. Claims(), ("CC-1", claim)]);

        Assert.Equal([$"CC-1: claims '{claim}', but no passing test holds it."], ledger.Problems());
    }

    [Fact]
    public void A_claim_whose_only_test_was_skipped_is_a_problem()
    {
        var ledger = Ran((Passes, "NotExecuted"), (HoldsTwoRules, "Passed"), (HasCases, "Passed")).Rules(Claims());

        Assert.Equal(["AA-1: claims 'holds', but no passing test holds it."], ledger.Problems());
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Timeout")]
    [InlineData("Aborted")]
    public void A_named_test_that_failed_is_a_problem_even_beside_one_that_passed(string outcome)
    {
        var ledger = Ran((Passes, outcome), (HoldsTwoRules, "Passed"), (HasCases, "Passed"))
            .Rules(Claims())
            .Scripted("""{"name":"script","outcome":"passed","rules":["AA-1"]}""");

        Assert.Equal(["AA-1: ChainTests.Passes failed."], ledger.Problems());
    }

    [Theory]
    [InlineData("Failed", "AA-4: ChainTests.Has_cases failed.")]
    [InlineData("NotExecuted", null)]
    public void A_theory_holds_its_rule_only_if_every_case_passed(string outcome, string? extra)
    {
        var ledger = Ran((Passes, "Passed"), (HoldsTwoRules, "Passed"), (HasCases, "Passed"), (HasCases, outcome), (HasCases, "Passed"))
            .Rules(Claims());

        string[] expected = ["AA-4: claims 'holds', but no passing test holds it."];
        Assert.Equal(extra is null ? expected : [extra, .. expected], ledger.Problems());
    }

    [Fact]
    public void A_failure_in_one_of_several_runs_is_not_outweighed_by_a_pass()
    {
        var ledger = AllPassed().Ran((Passes, "Failed")).Ran((Passes, "Passed")).Rules(Claims());

        Assert.Contains("AA-1: ChainTests.Passes failed.", ledger.Problems());
    }

    [Fact]
    public void A_named_test_that_did_not_run_is_a_problem()
    {
        var ledger = Ran((Passes, "Passed"), (HasCases, "Passed")).Rules(Claims(("AA-2", "not yet"), ("AA-3", "not yet")));

        Assert.Equal(["AA-2, AA-3: ChainTests.Holds_two_rules did not run."], ledger.Problems());
    }

    [Fact]
    public void A_test_that_names_an_unknown_rule_is_a_problem()
    {
        var ledger = AllPassed().Rules([.. Claims().Where(line => line.Id != "AA-3")]);

        Assert.Equal(["AA-3: is no rule, but ChainTests.Holds_two_rules names it."], ledger.Problems());
    }

    [Fact]
    public void A_claim_that_is_too_small_is_a_problem()
    {
        var ledger = AllPassed().Rules(Claims(("AA-1", "not yet")));

        Assert.Equal(["AA-1: claims 'not yet', but these pass: ChainTests.Passes. Change the claim."], ledger.Problems());
    }

    [Fact]
    public void Results_of_scripts_hold_rules_like_tests()
    {
        var ledger = AllPassed()
            .Rules([.. Claims(), ("CC-1", "holds"), ("CC-2", "not yet")])
            .Scripted(
                """{"name":"sdk: create","outcome":"passed","rules":["CC-1"]}""",
                "",
                """{"name":"sdk: stream","outcome":"skipped","rules":["CC-2"]}""");

        Assert.Empty(ledger.Problems());
    }

    [Fact]
    public void A_failed_script_is_a_problem()
    {
        var ledger = AllPassed()
            .Rules([.. Claims(), ("CC-1", "not yet")])
            .Scripted("""{"name":"sdk: create","outcome":"failed","rules":["CC-1"]}""");

        Assert.Equal(["CC-1: sdk: create failed."], ledger.Problems());
    }

    [Fact]
    public void A_page_that_was_edited_by_hand_is_a_problem()
    {
        var ledger = AllPassed().Rules(Claims());
        ledger.Run("write");
        File.AppendAllText(ledger.Page, "and more");

        var (exitCode, lines) = ledger.Run("check");

        Assert.Equal(1, exitCode);
        Assert.Equal($"{ledger.Page} is not what 'write' writes; run it with the same options.", lines[0]);
    }

    [Fact]
    public void A_page_that_was_never_written_is_a_problem()
    {
        Assert.Equal(1, AllPassed().Rules(Claims()).Run("check").ExitCode);
    }

    private LedgerFolder AllPassed() => Ran((Passes, "Passed"), (HoldsTwoRules, "Passed"), (HasCases, "Passed"));

    private LedgerFolder Ran(params (string Test, string Outcome)[] results) => _folder.Ran([.. results, .. AllOthersPassed]);

    /// <summary>Everything that the made-up tests name holds, except as given.</summary>
    private static (string Id, string Claim)[] Claims(params (string Id, string Claim)[] except) =>
    [
        .. from id in new[] { "AA-1", "AA-2", "AA-3", "AA-4", "BB-1", "BB-2", "BB-3", "BB-4" }
           select (id, except.FirstOrDefault(line => line.Id == id, (Id: id, Claim: "holds")).Claim),
    ];
}
