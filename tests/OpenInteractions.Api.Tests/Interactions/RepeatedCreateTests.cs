using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A create that comes again under its key gets its first answer, whatever has become of what it needed then (behaviour ER-7).</summary>
public sealed class RepeatedCreateTests
{
    [Theory]
    [InlineData("")]
    [InlineData(",\"background\":true")]
    [InlineData(",\"stream\":true")]
    public async Task A_repetition_gets_its_answer_also_when_the_parent_was_deleted_since(string more)
    {
        await using var server = await LimitedServer.StartAsync();
        var parent = (await server.Client.CreateAsync("""{"model":"demo","input":"echo: one"}""")).Ok().Id;
        var body = $$"""{"model":"demo","input":"echo: two","previous_interaction_id":"{{parent}}"{{more}}}""";
        var first = IdOf(await SendAsync(server, body));
        await server.Client.EndOfAsync(first);
        (await server.Client.DeleteAsync(parent)).Ok();

        var again = await SendAsync(server, body);
        var other = await SendAsync(server, body.Replace("two", "three", StringComparison.Ordinal));

        Assert.Equal(first, IdOf(again));
        Assert.Equal((400, "invalid_request"), (other.Status, other.ErrorCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task A_repetition_gets_its_answer_also_when_all_places_are_taken(string more)
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"));
        var body = $$"""{"model":"local/scripted","input":"mine"{{more}}}""";
        var first = IdOf(await SendAsync(server, body));
        await server.Client.EndOfAsync(first);
        await server.HoldAsync("theirs");

        var again = await SendAsync(server, body);
        var next = await SendAsync(server, body, "another key");

        Assert.Equal(first, IdOf(again));
        Assert.Equal(429, next.Status);
    }

    [Fact]
    public async Task A_repetition_in_the_background_gets_its_answer_also_when_the_queue_is_full()
    {
        const string Body = """{"model":"local/scripted","input":"mine","background":true}""";
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"), ("OpenInteractions:Runs:MaxQueued", "1"));
        await server.HoldAsync("theirs");
        var first = (await SendAsync(server, Body)).Ok();

        var again = await SendAsync(server, Body);
        var next = await SendAsync(server, Body, "another key");

        Assert.Equal(first.Id, again.Ok().Id);
        Assert.Equal(429, next.Status);
    }

    private static string IdOf(Answer answer) => answer.Ok().Text.Split("\"id\":\"")[1].Split('"')[0];

    private static async Task<Answer> SendAsync(LimitedServer server, string body, string key = "a key")
    {
        var request = server.Client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(body));
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await server.Client.SendAsync(request);
    }
}
