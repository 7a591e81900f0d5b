using System.Text.Json;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>Schemas come from callers and values from models: whatever they are, a check ends soon.</summary>
public sealed class SchemaBoundTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("""{"allOf":[{"anyOf":[{"not":{"$ref":"#"}}]}]}""", "{}")]
    [InlineData("""{"$dynamicAnchor":"n","if":{"$dynamicRef":"#n"}}""", "1")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""", """{"a":1}""")]
    public void A_schema_that_refers_to_itself_without_a_step_is_not_followed_for_ever(string schema, string value)
    {
        var verdict = Check.Text(schema, value);

        Assert.Equal(SchemaOutcome.Unchecked, verdict.Outcome);
        Assert.Contains("without an end", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""")]
    public void References_that_lead_to_nothing_but_each_other_are_no_schema(string schema)
    {
        var wrong = Assert.Throws<JsonSchemaException>(() => Check.Text(schema, "1"));

        Assert.False(wrong.IsBeyondUs);
        Assert.Contains("without an end", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_a_value_down_to_its_last_level_is_no_endless_reference() => Assert.Equal(
        SchemaOutcome.Fits,
        Check.Text("""{"type":"array","items":{"$ref":"#"}}""", new string('[', 200) + new string(']', 200)).Outcome);

    [Fact]
    public async Task Alternatives_that_multiply_at_every_level_end()
    {
        const string Schema = """{"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["x"]},{"properties":{"a":{"$ref":"#"}},"required":["y"]}]}""";
        var value = string.Concat(Enumerable.Repeat("""{"a":""", 60)) + "{}" + new string('}', 60);

        Assert.Equal(SchemaOutcome.Unchecked, (await Task.Run(() => Check.Text(Schema, value)).WaitAsync(Soon)).Outcome);
    }

    [Theory]
    [InlineData(@"^(a+)+$", SchemaOutcome.Unfit)]
    [InlineData(@"^(?=a)(a+)+$", SchemaOutcome.Unchecked)]
    public async Task A_pattern_that_goes_back_and_forth_ends(string pattern, SchemaOutcome outcome)
    {
        var schema = $"{{\"items\":{{\"pattern\":\"{pattern}\"}}}}";
        var value = JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat($"\"{new string('a', 40)}!\"", 500))}]");

        Assert.Equal(outcome, (await Task.Run(() => JsonSchema.Compile(JsonElement.Parse(schema)).Check(value)).WaitAsync(Soon)).Outcome);
    }

    [Fact]
    public async Task Many_items_are_compared_in_a_time_that_grows_with_their_number()
    {
        var items = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"{{\"n\":{i}}}"));

        Assert.Equal(SchemaOutcome.Fits, (await Task.Run(() => Check.Text("""{"uniqueItems":true}""", $"[{items}]")).WaitAsync(Soon)).Outcome);
    }

    [Theory]
    [InlineData("""{"multipleOf":1e-999999999}""", "1e999999999")]
    [InlineData("""{"multipleOf":7e999999999}""", "1")]
    [InlineData("""{"minimum":1e-999999999}""", "1e99999999999999999999")]
    [InlineData("""{"enum":[1e999999999]}""", "1e-999999999")]
    public async Task Numbers_of_any_size_are_compared_at_once(string schema, string value) =>
        Assert.NotEqual(SchemaOutcome.NotJson, (await Task.Run(() => Check.Text(schema, value)).WaitAsync(Soon)).Outcome);

    [Fact]
    public void A_number_without_end_is_not_looked_at() =>
        Assert.Equal(SchemaOutcome.Unchecked, Check.Text("""{"minimum":1}""", new string('9', 5000)).Outcome);

    [Fact]
    public void Text_that_is_not_Unicode_is_not_looked_at() =>
        Assert.Equal(SchemaOutcome.Unchecked, Check.Text("""{"minLength":1}""", "\"\\ud800\"").Outcome);

    [Theory]
    [InlineData("""{"$ref":"https://example.com/schema.json"}""")]
    [InlineData("""{"$ref":"other.json#/$defs/a"}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"$ref":"#none"}""")]
    [InlineData("""{"$ref":5}""")]
    [InlineData("""{"type":"text"}""")]
    [InlineData("""{"type":"5"}""")]
    [InlineData("""{"type":[]}""")]
    [InlineData("""{"items":[{"type":"string"}]}""")]
    [InlineData("""{"properties":[]}""")]
    [InlineData("""{"required":"a"}""")]
    [InlineData("""{"minLength":-1}""")]
    [InlineData("""{"minimum":"1"}""")]
    [InlineData("""{"multipleOf":0}""")]
    [InlineData("""{"pattern":"(("}""")]
    [InlineData("""{"pattern":"(?i)a"}""")]
    [InlineData("""{"pattern":"\\p{Script=Greek}"}""")]
    [InlineData("""{"anyOf":[]}""")]
    [InlineData("""{"not":1}""")]
    [InlineData("""{"pattern":"\ud800"}""")]
    public void A_schema_that_cannot_be_used_is_refused_when_it_is_read(string schema) =>
        Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(JsonElement.Parse(schema)));

    [Fact]
    public void A_refusal_names_the_place_on_one_line()
    {
        var refusal = Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(JsonElement.Parse("""{"properties":{"é\n":{"type":"text"}}}""")));

        Assert.Equal("'#/properties/%C3%A9%0A/type' must be one or more of null, boolean, object, array, number, integer, string.", refusal.Message);
    }

    [Fact]
    public void A_schema_with_too_many_parts_is_refused() => Assert.Throws<JsonSchemaException>(
        () => JsonSchema.Compile(JsonElement.Parse($"{{\"allOf\":[{string.Join(',', Enumerable.Repeat("{}", 20_001))}]}}")));
}
