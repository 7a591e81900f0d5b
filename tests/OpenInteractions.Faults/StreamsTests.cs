using System.Text.Json.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests;

/// <summary>Streams whose server dies: every position can be continued, and the fold is what a get shows (design 5).</summary>
public sealed class StreamsTests
{
    [Fact]
    [Rule("BG-5")]
    [Rule("BG-9")]
    [Rule("SE-5")]
    public async Task A_streamed_run_survives_a_kill_and_continues_from_every_event()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 40, TimeSpan.FromMilliseconds(25));
        await using var server = await ServerProcess.StartAsync(provider.Settings);

        IReadOnlyList<ServerEvent> before;
        string id;
        await using (var first = await server.Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true}"""))
        {
            for (var deltas = 0; deltas < 25;)
            {
                deltas += (await first.NextAsync())!.Name == "step.delta" ? 1 : 0;
            }

            await server.KillAsync();
            before = await first.ToCutAsync();
            id = first.InteractionId;
        }

        await server.StartAgainAsync();
        await using var second = await server.Client.FollowAsync(id, before[^1].EventId);
        var after = await second.ToEndAsync();
        var end = (await server.Client.GetAsync(id)).Ok();

        var whole = before.Concat(after).ToList();
        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Assert.Equal(whole.Count - 1, whole.Where(e => !e.IsDone).Select(e => e.EventId).Distinct().Count());
        AssertSteps(end, StreamFold.Of(whole));
        for (var seen = 1; seen < whole.Count; seen++)
        {
            await using var resumed = await server.Client.FollowAsync(id, whole[seen - 1].EventId);
            AssertSteps(end, StreamFold.Of(whole.Take(seen).Concat(await resumed.ToEndAsync())));
        }
    }

    [Fact]
    [Rule("BG-4")]
    [Rule("BG-8")]
    public async Task A_planned_stop_ends_streams_at_once_and_they_continue_at_the_next_start()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 40, TimeSpan.FromMilliseconds(50));
        await using var server = await ServerProcess.StartAsync(provider.Settings);
        await using var first = await server.Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true,"background":true}""");
        await first.UntilAsync("step.delta");

        var stopping = server.StopAsync();
        var before = await first.ToCutAsync();
        var code = await stopping;
        await server.StartAgainAsync();
        await using var second = await server.Client.FollowAsync(first.InteractionId, first.LastEventId);
        var after = await second.ToEndAsync();
        var end = (await server.Client.GetAsync(first.InteractionId)).Ok();

        Assert.Equal(0, code);
        Assert.DoesNotContain(before, e => e.IsDone); // an end mark would tell the client that the run has ended
        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        AssertSteps(end, StreamFold.Of(before.Concat(after)));
    }

    [Fact]
    [Rule("ST-20")]
    public async Task A_planned_stop_lets_an_answer_that_somebody_waits_for_end()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 20, TimeSpan.FromMilliseconds(50));
        await using var server = await ServerProcess.StartAsync(provider.Settings);

        var waiting = server.Client.CreateAsync("""{"model":"slow/any","input":"tell"}""");
        await provider.CalledAsync(1);
        var code = await server.StopAsync();
        var answer = (await waiting).Ok();

        Assert.Equal(0, code);
        Assert.Equal(provider.AnswerTo("tell"), answer.OutputText);
    }

    [Fact]
    [Rule("ST-20")]
    public async Task A_planned_stop_ends_answers_that_take_too_long_as_unavailable_and_hands_over_what_is_kept()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Runs__StopPatience", "00:00:01")]);
        var stored = server.Client.CreateAsync("""{"model":"slow/any","input":"stored"}""");
        var unstored = server.Client.CreateAsync("""{"model":"slow/any","input":"unstored","store":false}""");
        var first = MarkedAsync(server.Client);
        await provider.CalledAsync(3);
        var again = MarkedAsync(server.Client);
        await using var stream = await server.Client.CreateStreamedAsync("""{"model":"slow/any","input":"stream","store":false,"stream":true}""");
        await stream.UntilAsync("step.delta");
        var background = (await server.Client.CreateAsync("""{"model":"slow/any","input":"background","background":true}""")).Ok();
        await provider.CalledAsync(5);

        var code = await server.StopAsync();

        Assert.Equal(0, code);
        Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", server.Log, StringComparison.Ordinal);
        foreach (var answer in await Task.WhenAll(stored, unstored, first, again))
        {
            Assert.Equal((503, "service_unavailable"), (answer.Status, answer.ErrorCode));
        }

        Assert.Equal("failed", StreamFold.Of(await stream.ToEndAsync()).Status);
        await server.StartAgainAsync();
        await provider.CalledAsync(7); // the one in the background, and the one that its sender will ask for again
        Assert.Equal("in_progress", (await server.Client.GetAsync(background.Id)).Ok().State);
    }

    private static Task<Answer> MarkedAsync(InteractionsClient client)
    {
        var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json("""{"model":"slow/any","input":"marked"}"""));
        request.Headers.Add("Idempotency-Key", "key-1");
        return client.SendAsync(request);
    }

    private static void AssertSteps(Answer read, StreamFold fold)
    {
        var shown = new JsonArray([.. read.Steps.Where(s => s.GetProperty("type").GetString() != "user_input").Select(s => JsonNode.Parse(s.GetRawText()))]);
        Assert.True(JsonNode.DeepEquals(shown, fold.Steps), $"The get shows\n{shown.ToJsonString()}\nand the stream\n{fold.Steps.ToJsonString()}");
        Assert.Equal(read.State, fold.Status);
    }
}
