using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour BG: work that nobody waits for.</summary>
public sealed class BackgroundTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Start = """{"model":"local/scripted","input":"hi","background":true}""";

    private readonly InteractionsClient _client = models.Client;

    [Fact]
    [Rule("BG-1")]
    [Rule("BG-2")]
    public async Task It_is_accepted_at_once_and_reading_never_waits()
    {
        var reply = HeldReply.Next(models, holdAfter: 0, "done");

        var accepted = (await _client.CreateAsync(Start)).Ok();
        await reply.Reached;
        var running = (await _client.GetAsync(accepted.Id)).Ok();
        reply.LetGo();
        var end = await _client.EndOfAsync(accepted.Id);

        Assert.Equal("in_progress", accepted.State);
        Assert.Empty(accepted.Steps);
        Assert.False(accepted.Json.TryGetProperty("usage", out _));
        Assert.Equal("in_progress", running.State);
        Assert.Equal(["user_input"], running.Steps.Select(s => s.GetProperty("type").GetString()));
        Assert.Equal(("completed", "done"), (end.State, end.OutputText));
        Assert.Equal(11, end.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    [Rule("BG-3")]
    [Rule("SE-10")]
    [Rule("OP-interactions.cancel")]
    public async Task A_running_one_can_be_cancelled_and_the_provider_is_left()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        var accepted = (await _client.CreateAsync(Start)).Ok();
        await reply.Reached;

        var cancelled = (await _client.CancelAsync(accepted.Id)).Ok();
        await (await reply.Request).CallerLeft.WaitAsync(TimeSpan.FromSeconds(20));
        await using var events = await _client.FollowAsync(accepted.Id);
        var told = await events.ToEndAsync();

        Assert.Equal("cancelled", cancelled.State);
        Assert.Equal("cancelled", (await _client.GetAsync(accepted.Id)).Ok().State);
        Assert.Equal("interaction.completed", told[^2].Name);
        Assert.Equal("cancelled", StreamFold.Of(told).Status);
        Assert.DoesNotContain(told, e => e.Name == "error");
    }

    [Fact]
    [Rule("BG-3")]
    public async Task Nothing_else_can_be_cancelled()
    {
        var foreground = (await _client.CreateAsync("""{"model":"demo","input":"echo: hi"}""")).Ok();
        var ended = (await _client.CreateAsync("""{"model":"demo","input":"echo: hi","background":true}""")).Ok();
        await _client.EndOfAsync(ended.Id);

        foreach (var id in (string[])[foreground.Id, ended.Id])
        {
            var answer = await _client.CancelAsync(id);
            Assert.Equal((400, "failed_precondition"), (answer.Status, answer.ErrorCode));
            Assert.Contains(id, answer.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Equal((404, "not_found"), await _client.CancelAsync("int_unknown") is var unknown ? (unknown.Status, unknown.ErrorCode) : default);
    }

    [Fact]
    [Rule("BG-3")]
    [Rule("BG-8")]
    public async Task A_foreground_stream_cannot_be_cancelled_by_its_id()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        await using var events = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","stream":true}""");
        await events.UntilAsync("step.delta");

        var answer = await _client.CancelAsync(events.InteractionId);
        reply.LetGo();
        var told = await events.ToEndAsync();

        Assert.Equal((400, "failed_precondition"), (answer.Status, answer.ErrorCode));
        Assert.Equal("completed", StreamFold.Of(told).Status);
    }

    [Fact]
    [Rule("BG-4")]
    [Rule("BG-5")]
    public async Task Its_stream_can_be_left_and_taken_up_again()
    {
        var reply = HeldReply.Next(models, holdAfter: 2, "one", " two", " three");
        IReadOnlyList<ServerEvent> before;
        string id, last;
        await using (var first = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","background":true,"stream":true}"""))
        {
            await first.UntilAsync(e => e.Data.Contains(" two", StringComparison.Ordinal));
            (before, id, last) = (first.Events, first.InteractionId, first.LastEventId!);
        }

        await using var second = await _client.FollowAsync(id, last);
        reply.LetGo();
        var after = await second.ToEndAsync();
        var end = (await _client.GetAsync(id)).Ok();

        Assert.Equal(("completed", "one two three"), (end.State, end.OutputText));
        Shown.Same(end, StreamFold.Of(before.Concat(after)));
    }

    [Fact]
    [Rule("BG-5")]
    [Rule("BG-7")]
    [Rule("BG-9")]
    public async Task A_finished_one_is_replayed_byte_for_byte()
    {
        var accepted = (await _client.CreateAsync("""{"model":"demo","input":"count to 20","background":true}""")).Ok();
        await using var live = await _client.FollowAsync(accepted.Id);
        var first = await live.ToEndAsync();

        await using var again = await _client.FollowAsync(accepted.Id);
        var second = await again.ToEndAsync();

        Assert.Equal(first.Select(e => e.Frame), second.Select(e => e.Frame));
        Shown.Same((await _client.GetAsync(accepted.Id)).Ok(), StreamFold.Of(second));
    }

    [Theory]
    [InlineData("?last_event_id=1-1")]
    [InlineData("?stream=false&last_event_id=1-1")]
    [InlineData("?stream=true&last_event_id=1-999999")]
    [InlineData("?stream=true&last_event_id=2-1")]
    [InlineData("?stream=true&last_event_id=0-1")]
    [InlineData("?stream=true&last_event_id=-1-1")]
    [InlineData("?stream=true&last_event_id=01-1")]
    [InlineData("?stream=true&last_event_id=1-99999999999999999999")]
    [InlineData("?stream=true&last_event_id=0001")]
    [InlineData("?stream=true&last_event_id=abc")]
    [InlineData("?stream=maybe")]
    [Rule("BG-6")]
    public async Task An_event_id_that_was_never_given_is_refused(string query)
    {
        var unary = (await _client.CreateAsync("""{"model":"demo","input":"echo: hi"}""")).Ok();
        await using var events = await _client.CreateStreamedAsync("""{"model":"demo","input":"echo: hi","stream":true}""");
        await events.ToEndAsync();

        foreach (var id in (string[])[unary.Id, events.InteractionId])
        {
            var answer = await _client.GetAsync(id, query);
            Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
            Assert.Contains(query.StartsWith("?stream=maybe", StringComparison.Ordinal) ? "'stream'" : "'last_event_id'", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Rule("BG-6")]
    public async Task An_event_id_that_a_running_one_never_gave_is_refused()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        await using var events = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","stream":true}""");
        await events.UntilAsync("step.delta");

        var answers = new List<Answer>();
        foreach (var id in (string[])["1-500", "7-1"])
        {
            answers.Add(await _client.GetAsync(events.InteractionId, $"?stream=true&last_event_id={id}"));
        }

        reply.LetGo();
        await events.ToEndAsync();

        Assert.All(answers, answer => Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode)));
    }
}
