using OpenInteractions.Ledger.Evidence;

namespace OpenInteractions.Ledger.Tests;

public sealed class TestAssemblyTests
{
    [Fact]
    public void Rules_are_read_from_methods_classes_base_classes_and_overridden_methods()
    {
        var tests = TestAssembly.Read(LedgerFolder.FixtureAssembly);

        string[] expected =
        [
            "ChainTests.Has_cases: AA-4",
            "ChainTests.Holds_two_rules: AA-2, AA-3",
            "ChainTests.Inside.Takes_the_rule_of_its_class: BB-1",
            "ChainTests.Is_switched_off (off): AA-1",
            "ChainTests.Passes: AA-1",
            "FirstQueueTests.Is_a_promise_of_every_engine: BB-2, BB-3",
            "FirstQueueTests.May_be_overridden: BB-2, BB-4",
            "SecondQueueTests.Is_a_promise_of_every_engine: BB-2, BB-3",
            "SecondQueueTests.May_be_overridden: BB-2, BB-4",
        ];
        Assert.Equal(expected, tests.Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_nested_class_has_the_full_name_that_result_files_use()
    {
        var nested = TestAssembly.Read(LedgerFolder.FixtureAssembly).Single(test => test.Rules.Contains("BB-1"));

        Assert.Equal("OpenInteractions.Ledger.Fixture.ChainTests+Inside.Takes_the_rule_of_its_class", nested.FullName);
    }

    private static string Describe(RuledTest test) =>
        $"{test.Name}{(test.IsSwitchedOff ? " (off)" : "")}: {string.Join(", ", test.Rules)}";
}
