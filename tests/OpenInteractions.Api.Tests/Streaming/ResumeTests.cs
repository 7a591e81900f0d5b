using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Api.Tests.Interactions;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Streaming;

/// <summary>Every event that a client was given is a place to go on from (behaviour BG-5, wire 14.5).</summary>
[Rule("BG-5")]
public sealed class ResumeTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Theory]
    [InlineData("""{"model":"demo","input":"count to 30"}""")]
    [InlineData("""{"model":"demo","input":"count to 30","stream":true}""")]
    [InlineData("""{"model":"demo","input":"count to 30","stream":true,"background":true,"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}""")]
    [Rule("BG-7")]
    public async Task A_finished_run_continues_from_every_event(string body)
    {
        string id;
        if (body.Contains("\"stream\":true", StringComparison.Ordinal))
        {
            await using var stream = await _client.CreateStreamedAsync(body);
            await stream.ToEndAsync();
            id = stream.InteractionId;
        }
        else
        {
            id = (await _client.CreateAsync(body)).Ok().Id;
        }

        await using var whole = await _client.FollowAsync(id);
        var all = await whole.ToEndAsync();
        for (var seen = 1; seen < all.Count; seen++)
        {
            await using var rest = await _client.FollowAsync(id, all[seen - 1].EventId);
            Assert.Equal(all.Skip(seen).Select(e => e.Frame), (await rest.ToEndAsync()).Select(e => e.Frame));
        }
    }

    [Fact]
    [Rule("BG-9")]
    public async Task A_running_run_continues_from_every_event()
    {
        var reply = HeldReply.Next(models, holdAfter: 5, "one", " two", " three", " four", " five", " end");
        await using var live = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","stream":true}""");
        await live.UntilAsync(e => e.Data.Contains(" five", StringComparison.Ordinal));
        var before = live.Events.ToList();

        var readers = new List<EventReader>();
        for (var seen = 0; seen <= before.Count; seen++)
        {
            readers.Add(await _client.FollowAsync(live.InteractionId, seen == 0 ? null : before[seen - 1].EventId));
        }

        reply.LetGo();
        var all = await live.ToEndAsync();
        for (var seen = 0; seen <= before.Count; seen++)
        {
            await using var reader = readers[seen];
            Assert.Equal(all.Skip(seen).Select(e => e.Frame), (await reader.ToEndAsync()).Select(e => e.Frame));
        }

        Shown.Same((await _client.GetAsync(live.InteractionId)).Ok(), StreamFold.Of(all));
    }

    [Fact]
    public async Task The_place_may_come_in_the_header_that_browsers_send()
    {
        await using var live = await _client.CreateStreamedAsync("""{"model":"demo","input":"count to 5","stream":true}""");
        var all = await live.ToEndAsync();
        var request = _client.Request(HttpMethod.Get, $"interactions/{live.InteractionId}?stream=true", null);
        request.Headers.Add("Last-Event-ID", all[3].EventId);

        await using var rest = await _client.OpenAsync(request);

        Assert.Equal(all.Skip(4).Select(e => e.Frame), (await rest.ToEndAsync()).Select(e => e.Frame));
    }
}
