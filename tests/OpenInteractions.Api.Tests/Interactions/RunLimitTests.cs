using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Limits of runs that work at the same time: who waits for an answer is refused, what runs in the background waits.</summary>
public sealed class RunLimitTests
{
    [Theory]
    [InlineData("""{"model":"local/scripted","input":"second"}""")]
    [InlineData("""{"model":"local/scripted","input":"second","stream":true}""")]
    [InlineData("""{"model":"local/scripted","input":"second","store":false}""")]
    [InlineData("""{"model":"local/scripted","input":"second","store":false,"stream":true}""")]
    [InlineData("""{"model":"local/scripted","input":"second","service_tier":"flex"}""")]
    [InlineData("""{"model":"local/scripted","input":"second","service_tier":"priority"}""")]
    [Rule("ER-7")]
    [Rule("ER-8")]
    [Rule("TI-2")]
    public async Task Who_waits_for_a_provider_that_is_full_is_told_when_to_come_back(string second)
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"));
        var first = await server.HoldAsync("first");

        var refused = await server.Client.CreateAsync(second);
        var elsewhere = await server.Client.CreateAsync("""{"model":"demo","input":"echo: hi"}""");
        first.LetGo();
        await server.EndedAsync(first);
        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));
        var afterwards = await server.Client.CreateAsync(second);

        Refused(refused, "'local'");
        Assert.Equal((200, 200), (elsewhere.Status, afterwards.Status));
        Assert.Equal(["first", "second"], server.Prompts());
    }

    [Fact]
    [Rule("BG-1")]
    public async Task In_the_background_it_waits_for_the_provider_and_others_do_not()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"));
        var reply = HeldReply.Next(server.Models, holdAfter: 1, "one", " two");
        await using var stream = await server.Client.CreateStreamedAsync("""{"model":"local/scripted","input":"first","stream":true}""");
        await reply.Reached;
        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));

        var waiting = (await server.Client.CreateAsync("""{"model":"local/scripted","input":"second","background":true}""")).Ok();
        var other = (await server.Client.CreateAsync("""{"model":"demo","input":"echo: hi","background":true}""")).Ok();
        var otherEnd = await server.Client.EndOfAsync(other.Id);
        var stillWaiting = (await server.Client.GetAsync(waiting.Id)).Ok();
        reply.LetGo();
        await stream.ToEndAsync();
        var end = await server.Client.EndOfAsync(waiting.Id);

        Assert.Equal(("completed", "queued", "completed"), (otherEnd.State, stillWaiting.State, end.State));
    }

    [Fact]
    [Rule("ER-8")]
    public async Task A_project_at_its_limit_leaves_the_others_alone()
    {
        await using var server = await LimitedServer.StartAsync([("p", "key-of-p"), ("q", "key-of-q")], ("OpenInteractions:Runs:MaxConcurrentPerProject", "1"));
        var (p, q) = (server.Client.WithKey("key-of-p"), server.Client.WithKey("key-of-q"));
        var first = await server.HoldAsync("first", p);

        var refused = await p.CreateAsync("""{"model":"demo","input":"echo: hi"}""");
        var waiting = (await p.CreateAsync("""{"model":"demo","input":"echo: hi","background":true}""")).Ok();
        var others = await q.CreateAsync("""{"model":"demo","input":"echo: hi"}""");
        var othersInBackground = await q.EndOfAsync((await q.CreateAsync("""{"model":"demo","input":"echo: hi","background":true}""")).Ok().Id);
        var stillWaiting = (await p.GetAsync(waiting.Id)).Ok();
        first.LetGo();

        Refused(refused, "project");
        Assert.Equal((200, "completed"), (others.Status, othersInBackground.State));
        Assert.Equal("queued", stillWaiting.State);
        Assert.Equal("completed", (await p.EndOfAsync(waiting.Id)).State);
    }

    [Fact]
    [Rule("ER-7")]
    public async Task What_was_refused_or_repeated_takes_no_place()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await Keyed(server.Client, "same")).Status);
            Assert.Equal(400, (await server.Client.CreateAsync("""{"model":"demo"}""")).Status);
            server.Models.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"no","type":"invalid_request_error"}}"""));
            Assert.Equal(400, (await server.Client.CreateAsync("""{"model":"local/scripted","input":"no","stream":true}""")).Status);
        }
    }

    private static async Task<Answer> Keyed(InteractionsClient client, string key)
    {
        using var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json("""{"model":"demo","input":"echo: hi"}"""));
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    private static void Refused(Answer answer, string reason)
    {
        Assert.Equal((429, "rate_limit_exceeded"), (answer.Status, answer.ErrorCode));
        Assert.Contains(reason, answer.ErrorMessage, StringComparison.Ordinal);
        Assert.InRange(int.Parse(answer.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }
}
