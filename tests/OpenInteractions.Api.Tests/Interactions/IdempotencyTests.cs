using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A create that comes twice under one key is one create (behaviour ER-7).</summary>
[Rule("ER-7")]
public sealed class IdempotencyTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Body = """{"model":"local/scripted","input":"hi"}""";

    private readonly InteractionsClient _client = models.Client;
    private readonly string _key = Guid.NewGuid().ToString();

    private HttpRequestMessage Request(string body, string? key = null)
    {
        var request = _client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(body));
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key ?? _key);
        return request;
    }

    private Task<Answer> SendAsync(string body, string? key = null) => _client.SendAsync(Request(body, key));

    [Theory]
    [InlineData("")]
    [InlineData(",\"background\":true")]
    public async Task The_second_request_gets_what_the_first_one_made(string more)
    {
        var body = Body.Replace("}", more + "}", StringComparison.Ordinal);
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        var asked = models.Local.Requests.Count;

        var first = SendAsync(body);
        await reply.Reached;
        var during = SendAsync(body);
        var other = await SendAsync(body.Replace("hi", "ho", StringComparison.Ordinal));
        reply.LetGo();
        var answers = new[] { await first, await during };
        var end = await _client.EndOfAsync(answers[0].Ok().Id);
        var after = (await SendAsync(body)).Ok();

        Assert.Equal(answers[0].Id, answers[1].Ok().Id);
        Assert.Equal(answers[0].Id, after.Id);
        Assert.Equal(("completed", "one two"), (after.State, after.OutputText));
        Assert.Equal(end.OutputText, after.OutputText);
        Assert.Equal((400, "invalid_request"), (other.Status, other.ErrorCode));
        Assert.Contains("'Idempotency-Key'", other.ErrorMessage, StringComparison.Ordinal);
        Assert.Single(models.Local.Requests.Skip(asked), r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_second_request_of_a_stream_gets_the_same_events()
    {
        const string body = """{"model":"local/scripted","input":"hi","stream":true}""";
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        await using var first = await _client.OpenAsync(Request(body));
        await first.UntilAsync("step.delta");

        await using var second = await _client.OpenAsync(Request(body));
        reply.LetGo();
        var events = await first.ToEndAsync();

        Assert.Equal(events.Select(e => e.Frame), (await second.ToEndAsync()).Select(e => e.Frame));
    }

    [Fact]
    public async Task A_request_that_the_provider_refused_may_be_sent_again()
    {
        models.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"x","param":null,"code":null}}"""));

        var refused = await SendAsync(Body);
        var again = await SendAsync(Body);

        Assert.Equal((400, "invalid_request"), (refused.Status, refused.ErrorCode));
        Assert.Equal("completed", again.Ok().State);
    }

    [Fact]
    public async Task Another_key_makes_another_interaction()
    {
        var first = (await SendAsync(Body)).Ok();
        var second = (await SendAsync(Body, _key + "2")).Ok();

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_key_can_be_used_again_when_what_it_made_was_deleted()
    {
        var first = (await SendAsync(Body)).Ok();
        (await _client.DeleteAsync(first.Id)).Ok();

        var second = (await SendAsync(Body)).Ok();

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_key_needs_store()
    {
        var answer = await SendAsync("""{"model":"demo","input":"hi","store":false}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains("'store'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        var answer = await SendAsync(Body, new string('k', 256));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains("'Idempotency-Key'", answer.ErrorMessage, StringComparison.Ordinal);
    }
}
