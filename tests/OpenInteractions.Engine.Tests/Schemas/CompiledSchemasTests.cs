using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

public sealed class CompiledSchemasTests
{
    private readonly CompiledSchemas _schemas = new();

    [Fact]
    public void The_same_text_is_read_once()
    {
        var first = Of("""{"type":"integer"}""");

        Assert.Same(first, Of("""{"type":"integer"}"""));
        Assert.NotSame(first, Of("""{"type":"string"}"""));
        Assert.Equal(2, _schemas.Count);
    }

    [Fact]
    public void One_that_is_kept_needs_nothing_of_the_request_that_brought_it()
    {
        using (var request = JsonDocument.Parse("""{"schema":{"minimum":3}}"""))
        {
            _schemas.Of(request.RootElement.GetProperty("schema"));
        }

        Assert.Equal(SchemaOutcome.Unfit, Of("""{"minimum":3}""").CheckText("2"u8.ToArray()).Outcome);
    }

    [Fact]
    public void What_was_not_used_for_longest_makes_room()
    {
        var (first, second) = (Numbered(0), Numbered(1));
        for (var i = 2; i < CompiledSchemas.Most; i++)
        {
            Numbered(i);
        }

        Assert.Same(first, Numbered(0));
        Numbered(CompiledSchemas.Most);

        Assert.Equal(CompiledSchemas.Most, _schemas.Count);
        Assert.Same(first, Numbered(0));
        Assert.NotSame(second, Numbered(1));
    }

    [Fact]
    public void Long_ones_and_what_is_no_schema_are_not_kept()
    {
        Of($$"""{"title":"{{new string('x', CompiledSchemas.Longest)}}"}""");
        Assert.Throws<JsonSchemaException>(() => Of("""{"type":"text"}"""));

        Assert.Equal(0, _schemas.Count);
    }

    [Fact]
    public void What_they_hold_is_bounded()
    {
        // Each of 30 KB, with 6000 subschemas.
        for (var i = 0; i < 60; i++)
        {
            Of($$"""{"title":"{{i}}","anyOf":[{{string.Join(',', Enumerable.Repeat("true", 6000))}}]}""");
            Assert.InRange(_schemas.Bytes, 1, CompiledSchemas.MostBytes);
        }

        Assert.InRange(_schemas.Count, 5, 40);
    }

    [Fact]
    public void Patterns_are_kept_as_text_only()
    {
        // Expressions that never go back would hold 100 KiB each.
        var schema = JsonElement.Parse($$"""{"anyOf":[{{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"{{\"pattern\":\"^a{i}$\"}}"))}}]}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var compiled = _schemas.Of(schema);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 30_000_000);
        Assert.Equal(SchemaOutcome.Fits, compiled.CheckText("\"a999\""u8.ToArray()).Outcome);
        Assert.InRange(_schemas.Bytes, 100_000, 5_000_000);
    }

    private JsonSchema Numbered(int number) => Of(string.Create(CultureInfo.InvariantCulture, $"{{\"maximum\":{number}}}"));

    private JsonSchema Of(string text) => _schemas.Of(JsonElement.Parse(Encoding.UTF8.GetBytes(text)));
}
