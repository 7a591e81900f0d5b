using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class LabelRulesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("team-7_x")]
    [InlineData("é")]
    [InlineData("日本語")]
    [InlineData("ʰ")]
    [InlineData("a٣")]
    [InlineData("\U00010428x")]
    public void Lower_case_and_caseless_letters_make_keys_and_values(string text)
    {
        Assert.Null(LabelRules.FaultOfKey(text));
        Assert.Null(LabelRules.FaultOfValue(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("_a")]
    [InlineData("-")]
    [InlineData("٣a")]
    public void A_value_may_begin_with_anything_or_be_empty_and_a_key_may_not(string text)
    {
        Assert.Null(LabelRules.FaultOfValue(text));
        Assert.NotNull(LabelRules.FaultOfKey(text));
    }

    [Theory]
    [InlineData("aB")]
    [InlineData("É")]
    [InlineData("ǅ")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("🎈")]
    [InlineData("a\u0301")]
    [InlineData("a\ud83d")]
    public void Anything_else_is_refused_in_both(string text)
    {
        Assert.NotNull(LabelRules.FaultOfKey(text));
        Assert.NotNull(LabelRules.FaultOfValue(text));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("語")]
    [InlineData("\U00010428")]
    public void Length_counts_code_points(string letter)
    {
        string Times(int count) => string.Concat(Enumerable.Repeat(letter, count));

        Assert.Null(LabelRules.FaultOfKey(Times(63)));
        Assert.Null(LabelRules.FaultOfValue(Times(63)));
        Assert.NotNull(LabelRules.FaultOfKey(Times(64)));
        Assert.NotNull(LabelRules.FaultOfValue(Times(64)));
    }
}
