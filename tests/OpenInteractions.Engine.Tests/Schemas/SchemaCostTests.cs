using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>One request cannot take the process, its memory or a core by the schema that it brings.</summary>
public sealed class SchemaCostTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("""{"not":{"$ref":"#/$defs/d|next|"}}""", 9900)]
    [InlineData("""{"not":{"$ref":"#/$defs/d|next|"}}""", 3000)]
    [InlineData("""{"$ref":"#/$defs/d|next|"}""", 9900)]
    [InlineData("""{"$id":"urn:d:|this|","anyOf":[{"$dynamicRef":"urn:d:|next|"}]}""", 900)]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/d|next|"}}}""", 6000)]
    public void References_in_a_row_need_no_stack(string link, int links)
    {
        var schema = JsonElement.Parse(Chain(link, links));

        var verdict = OnASmallStack(() => JsonSchema.Compile(schema).Check(JsonElement.Parse("[]")));

        // Only what the value has no step for is a matter of the bound on depth.
        Assert.True(verdict.Outcome == SchemaOutcome.Fits || verdict.Reason!.Contains("400 levels", StringComparison.Ordinal), verdict.Reason);
    }

    [Fact]
    public void As_many_levels_as_may_be_are_checked_on_a_small_stack()
    {
        Assert.Equal(SchemaOutcome.Fits, Checked(198).Outcome);
        Assert.Contains("400 levels", Checked(250).Reason, StringComparison.Ordinal);

        static SchemaVerdict Checked(int links) => OnASmallStack(() => JsonSchema.Compile(JsonElement.Parse(Chain("""{"not":{"$ref":"#/$defs/d|next|"}}""", links))).Check(JsonElement.Parse("1")));
    }

    [Fact]
    public void Reading_takes_a_time_that_grows_with_the_references()
    {
        Assert.InRange(TimeOf(() => Compile(Chain("""{"$ref":"#/$defs/d|next|"}""", 1500))), TimeSpan.Zero, TimeSpan.FromSeconds(5)); // was 11 s
        Assert.InRange(TimeOf(() => Compile(Chain("""{"$ref":"#/$defs/d|next|"}""", 19_000))), TimeSpan.Zero, Soon);
        Assert.InRange(TimeOf(() => Compile($"{{{string.Join(',', Enumerable.Repeat("\"type\":\"null\"", 60_000))}}}")), TimeSpan.Zero, Soon);
    }

    [Fact]
    public void A_long_name_is_not_repeated_for_each_subschema_below_it()
    {
        var schema = JsonElement.Parse($"{{\"properties\":{{\"{new string('n', 10_000)}\":{{\"anyOf\":[{string.Join(',', Enumerable.Repeat("{}", 19_900))}]}}}}}}");

        Assert.InRange(Allocated(() => JsonSchema.Compile(schema)), 0, 60_000_000); // was 550 MB
    }

    [Fact]
    public void Dynamic_references_share_what_they_may_lead_to()
    {
        var resources = string.Join(',', Enumerable.Range(0, 900).Select(i => $"\"r{i}\":{{\"$id\":\"urn:r:{i}\",\"$dynamicAnchor\":\"n\"}}"));
        var references = string.Join(',', Enumerable.Repeat("""{"$dynamicRef":"#n"}""", 5000));
        var schema = JsonElement.Parse($"{{\"$dynamicAnchor\":\"n\",\"$defs\":{{{resources}}},\"not\":{{\"allOf\":[{references}]}}}}");

        Assert.InRange(Allocated(() => JsonSchema.Compile(schema)), 0, 60_000_000);
    }

    [Fact]
    public void A_pattern_with_many_classes_is_read_and_matched_at_once()
    {
        var pattern = string.Concat(Enumerable.Range(0, 570).Select(i => $"[{(char)(0x4000 + (i * 7))}-{(char)(0x8000 + (i * 3))}]?"));

        Assert.InRange(TimeOf(() => Assert.Equal(SchemaOutcome.Fits, Check.Text(JsonSerializer.Serialize(new { pattern }), "\"a\"").Outcome)), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Comparing_a_long_value_with_many_lists_ends()
    {
        var value = $"[{string.Join(',', Enumerable.Range(0, 200_000))}]";
        var schema = $"{{\"anyOf\":[{string.Join(',', Enumerable.Repeat("""{"enum":[1]}""", 19_000))}]}}";

        Assert.InRange(TimeOf(() => Assert.Equal(SchemaOutcome.Unchecked, Check.Text(schema, value).Outcome)), TimeSpan.Zero, Soon);
    }

    [Theory]
    [InlineData("""{"enum":[[0]]}""", "#/enum")]
    [InlineData("""{"const":{"a":0}}""", "#/const")]
    [InlineData("""{"minimum":0}""", "#/minimum")]
    [InlineData("""{"exclusiveMaximum":0}""", "#/exclusiveMaximum")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf")]
    [InlineData("""{"properties":{"a":{"minItems":0}}}""", "#/properties/a/minItems")]
    [InlineData("""{"contains":{},"minContains":0}""", "#/minContains")]
    public void A_number_without_end_is_refused_with_its_place(string schema, string place)
    {
        var refusal = Refused(schema.Replace("0", new string('9', 1500), StringComparison.Ordinal));

        Assert.Equal($"'{place}' has a number of more than 1000 characters.", refusal.Message);
    }

    [Theory]
    [InlineData("(", "has a '(' without its ')'")]
    [InlineData("a)", "has a ')' without its '('")]
    [InlineData("[a", "has a '[' without its ']'")]
    [InlineData("a\\", "ends with a backslash")]
    [InlineData("*a", "repeats nothing")]
    [InlineData("a|+", "repeats nothing")]
    [InlineData("(?<n>[^)]", "has a '(' without its ')'")]
    public void What_is_a_regular_expression_nowhere_is_refused_with_its_place(string pattern, string fault)
    {
        Assert.Equal($"'#/properties/a/pattern' has a regular expression that {fault}.", Refused(JsonSerializer.Serialize(new { properties = new { a = new { pattern } } })).Message);
        Assert.Contains("#/patternProperties/", Refused($"{{\"patternProperties\":{{{JsonSerializer.Serialize(pattern)}:{{}}}}}}").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(?i)a")]
    [InlineData("\\p{Script=Greek}")]
    [InlineData("[]()]\\p{Greek}")]
    [InlineData("[a[b](]\\A")]
    [InlineData("\\Q(\\E")]
    [InlineData("(?x)a # (")]
    [InlineData("(?>a|\\|*)\\Z")]
    public void What_may_be_one_in_another_dialect_goes_to_the_model(string pattern) =>
        Assert.True(Assert.Throws<JsonSchemaException>(() => Compile(JsonSerializer.Serialize(new { pattern }))).IsBeyondUs);

    [Fact]
    public void Patterns_are_bounded_in_number_and_length()
    {
        Assert.Contains("more than 4000 characters", Refused(JsonSerializer.Serialize(new { pattern = new string('a', 4001) })).Message, StringComparison.Ordinal);
        Assert.Contains("may have 1000", Refused(Patterns(1001, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("50000 characters", Refused(Patterns(20, 3000)).Message, StringComparison.Ordinal);
        Compile(Patterns(1000, 1));
    }

    [Fact]
    public void Addresses_are_bounded_in_number_and_length()
    {
        Assert.Contains("2000 characters", Refused($"{{\"$id\":\"urn:{new string('a', 2000)}\"}}").Message, StringComparison.Ordinal);
        Assert.Contains("may be 1000", Refused($"{{\"anyOf\":[{string.Join(',', Enumerable.Range(0, 1001).Select(i => $"{{\"$id\":\"urn:a:{i}\"}}"))}]}}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Subschemas_where_only_references_lead_are_counted_too() =>
        Assert.Contains("20000 subschemas", Assert.Throws<JsonSchemaException>(
            () => Compile($"{{\"$ref\":\"#/x\",\"x\":{{\"x\":0,\"not\":{{\"$ref\":\"#/y\"}}}},\"y\":{{\"allOf\":[{string.Join(',', Enumerable.Repeat("{}", 20_001))}]}}}}")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_last_of_a_repeated_keyword_counts() => Assert.Equal(SchemaOutcome.Fits, Check.Text("""{"minimum":5,"minimum":1}""", "2").Outcome);

    private static string Patterns(int count, int length) =>
        $"{{\"anyOf\":[{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"pattern\":\"{new string('a', length)}{i.ToString(CultureInfo.InvariantCulture)}\"}}"))}]}}";

    private static string Chain(string link, int links)
    {
        var definitions = Enumerable.Range(0, links).Select(i => $"\"d{i}\":{link.Replace("|this|", $"{i}", StringComparison.Ordinal).Replace("|next|", $"{i + 1}", StringComparison.Ordinal)}");
        return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + string.Join(',', definitions) + $",\"d{links}\":{{\"$id\":\"urn:d:{links}\"}}" + "}}";
    }

    private static JsonSchema Compile(string schema) => JsonSchema.Compile(JsonElement.Parse(schema));

    private static JsonSchemaException Refused(string schema)
    {
        var refusal = Assert.Throws<JsonSchemaException>(() => Compile(schema));
        Assert.False(refusal.IsBeyondUs);
        return refusal;
    }

    private static TimeSpan TimeOf(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed;
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>As small as threads of a pool get on any Linux, and smaller.</summary>
    private static T OnASmallStack<T>(Func<T> action)
    {
        var made = new TaskCompletionSource<T>();
        var thread = new Thread(
            () =>
            {
                try
                {
                    made.SetResult(action());
                }
                catch (JsonSchemaException exception)
                {
                    made.SetException(exception);
                }
            },
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        return made.Task.GetAwaiter().GetResult();
    }
}
