using OpenInteractions.Testing;

namespace OpenInteractions.Ledger.Fixture;

public sealed class ChainTests
{
    [Fact, Rule("AA-1")]
    public void Passes() => Assert.True(true);

    [Fact, Rule("AA-2"), Rule("AA-3")]
    public void Holds_two_rules() => Assert.True(true);

    [Theory, InlineData(1), InlineData(2), Rule("AA-4")]
    public void Has_cases(int number) => Assert.NotEqual(0, number);

    [Fact]
    public void Names_no_rule() => Assert.True(true);

    [Fact(Skip = "Switched off, so that the ledger has one."), Rule("AA-1")]
    public void Is_switched_off() => Assert.True(true);

    [Rule("BB-1")]
    public sealed class Inside
    {
        [Fact(DisplayName = "shown under (another) name")]
        public void Takes_the_rule_of_its_class() => Assert.True(true);

        public static int NoTest() => 1;
    }
}
