using System.Reflection;
using OpenInteractions.Ledger.Fixture;
using Xunit.Sdk;

namespace OpenInteractions.Ledger.Tests;

public sealed class RuleTraitTests
{
    [Fact]
    public void A_rule_is_an_xunit_trait_so_that_tests_can_be_filtered_by_it()
    {
        var method = typeof(ChainTests).GetMethod(nameof(ChainTests.Holds_two_rules))!;

        var traits = TraitHelper.GetTraits(method);

        Assert.Equal([new("Rule", "AA-2"), new("Rule", "AA-3")], traits.OrderBy(trait => trait.Value));
    }
}
