using System.Text;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Contracts.Tests.Json;

// Buffers are lent from turn to turn on one thread: these tests do not wait, so that they stay on theirs.
public sealed class JsonScratchTests
{
    [Fact]
    public void One_that_was_given_back_is_lent_again_and_is_empty()
    {
        var first = JsonScratch.Rent();
        first.Json.WriteStringValue("secret");
        first.Dispose();

        using var second = JsonScratch.Rent();

        Assert.Same(first, second);
        Assert.True(second.Written.IsEmpty);
        second.Json.WriteStringValue("b");
        Assert.Equal("\"b\"", Text(second));
    }

    [Fact]
    public void JSON_inside_JSON_has_a_buffer_of_its_own()
    {
        using var outer = JsonScratch.Rent();
        outer.Json.WriteStartObject();
        outer.Json.WriteBase64String("inner", JsonScratch.Object(json => json.WriteNumber("n", 1)));
        outer.Json.WriteEndObject();

        Assert.Equal($$"""{"inner":"{{Convert.ToBase64String("{\"n\":1}"u8)}}"}""", Text(outer));
    }

    [Fact]
    public void One_that_is_given_back_twice_is_lent_once()
    {
        var twice = JsonScratch.Rent();
        twice.Dispose();
        twice.Dispose();

        using var first = JsonScratch.Rent();
        using var second = JsonScratch.Rent();

        Assert.NotSame(first, second);
    }

    [Fact]
    public void What_was_half_written_when_it_failed_is_not_seen_by_the_next()
    {
        Assert.Throws<InvalidOperationException>(() => JsonScratch.Object(json =>
        {
            json.WriteStartArray("half");
            throw new InvalidOperationException();
        }));

        Assert.Equal("{}", Encoding.UTF8.GetString(JsonScratch.Object(_ => { })));
    }

    [Fact]
    public void A_large_one_is_not_kept()
    {
        var large = JsonScratch.Rent();
        large.Json.WriteStringValue(new string('x', 1_000_000));
        large.Dispose();

        using var next = JsonScratch.Rent();

        Assert.NotSame(large, next);
    }

    [Fact]
    public void Only_some_are_kept()
    {
        var many = Enumerable.Range(0, 20).Select(_ => JsonScratch.Rent()).ToList();
        many.ForEach(scratch => scratch.Dispose());

        var again = Enumerable.Range(0, 20).Select(_ => JsonScratch.Rent()).ToList();
        again.ForEach(scratch => scratch.Dispose());

        Assert.Equal(20, again.Distinct().Count());
        Assert.Equal(4, again.Intersect(many).Count());
    }

    private static string Text(JsonScratch scratch) => Encoding.UTF8.GetString(scratch.Written.Span);
}
