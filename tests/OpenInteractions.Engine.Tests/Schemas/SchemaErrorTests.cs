using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

public sealed class SchemaErrorTests
{
    private const string Order = """
        {"type":"object","required":["id"],"properties":{"id":{"type":"integer"},"lines":{"type":"array","items":{"type":"object","properties":{"price":{"minimum":0}},"additionalProperties":false}}}}
        """;

    [Fact]
    public void Errors_name_the_place_and_the_keyword() => Assert.Equal(
        [" required", "/lines/1/price minimum", "/lines/2/a~1b additionalProperties"],
        Check.Errors(Order, """{"lines":[{"price":1},{"price":-1},{"a/b":2}]}""").Order(StringComparer.Ordinal));

    [Fact]
    public void A_message_says_what_would_be_right() =>
        Assert.Equal(["must have 'id'", "must be at least 0"], Check.Text(Order, """{"lines":[{"price":-1}]}""").Errors.Select(e => e.Message));

    [Fact]
    public void What_a_value_itself_holds_is_in_no_message_and_in_no_declared_pointer()
    {
        var verdict = Check.Text(
            """{"properties":{"open":{"type":"object","additionalProperties":{"enum":["x"]}},"list":{"items":{"pattern":"^a$","format":"date","maxLength":1}}},"propertyNames":{"maxLength":6}}""",
            """{"open":{"secret":"secret"},"list":["secret"],"secretive":0}""");

        Assert.Equal(5, verdict.Errors.Count);
        Assert.Contains(verdict.Errors, e => e.DeclaredPointer == "/open/*");
        Assert.DoesNotContain(verdict.Errors, e => (e.Message + e.Keyword + e.DeclaredPointer).Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alternative_that_was_only_tried_tells_nothing() =>
        Assert.Equal([" anyOf"], Check.Errors("""{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"string"}},"required":["a"]}]}""", """{"a":1}"""));

    [Fact]
    public void Of_many_errors_only_the_first_are_told() =>
        Assert.Equal(20, Check.Text("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Range(0, 500))}]").Errors.Count);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("```json\n{}\n```")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("NaN")]
    public void Text_that_is_not_JSON_is_told_apart(string text) => Assert.Equal(SchemaOutcome.NotJson, Check.Text("true", text).Outcome);
}
