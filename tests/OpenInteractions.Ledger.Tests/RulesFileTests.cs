using OpenInteractions.Ledger.Rules;

namespace OpenInteractions.Ledger.Tests;

public sealed class RulesFileTests
{
    [Fact]
    public void Ids_of_an_area_are_single_ids_and_ranges()
    {
        Assert.Equal(["ST-9", "ST-10", "ST-11"], RuleIds.Expand("ST-9..11"));
        Assert.Equal(["OP-models.get"], RuleIds.Expand("OP-models.get"));
    }

    [Fact]
    public void A_range_that_ends_before_it_begins_is_refused()
    {
        Assert.Throws<LedgerException>(() => RuleIds.Expand("ST-9..3"));
    }

    [Fact]
    public void Missing_misplaced_and_double_rules_are_named()
    {
        var rules = new RulesFile
        {
            Areas =
            [
                new Area { Title = "First", Ids = ["AA-1..3"], Rules = [NotYet("AA-1"), NotYet("AA-1"), NotYet("BB-1")] },
                new Area { Title = "Second", Ids = ["BB-1"], Rules = [NotYet("BB-1")] },
            ],
        };

        string[] expected =
        [
            "AA-2: is missing; the ids of \"First\" ask for it.",
            "AA-3: is missing; the ids of \"First\" ask for it.",
            "BB-1: is not among the ids of \"First\".",
            "AA-1: stands in the rules file 2 times.",
            "BB-1: stands in the rules file 2 times.",
        ];
        Assert.Equal(expected, rules.Problems());
    }

    [Theory]
    [InlineData("hold", null, "a text", "AA-1: claims 'hold'; a claim is one of 'holds', 'not yet', 'chosen differently'.")]
    [InlineData("holds", "left over", "a text", "AA-1: holds, so it needs no reason; remove it.")]
    [InlineData("not yet", null, "a text", "AA-1: a rule that does not hold yet names in 'reason' the part it waits for.")]
    [InlineData("chosen differently", " ", "a text", "AA-1: a rule that was chosen differently says why in 'reason'.")]
    [InlineData("holds", null, " ", "AA-1: has no text.")]
    public void A_line_that_does_not_make_sense_is_named(string claim, string? reason, string text, string problem)
    {
        var rule = new Rule { Id = "AA-1", Claim = claim, Reason = reason, Text = text };
        var rules = new RulesFile { Areas = [new Area { Title = "First", Ids = ["AA-1"], Rules = [rule] }] };

        Assert.Equal([problem], rules.Problems());
    }

    private static Rule NotYet(string id) => new() { Id = id, Claim = Claim.NotYet, Reason = "a part", Text = "A text." };
}
