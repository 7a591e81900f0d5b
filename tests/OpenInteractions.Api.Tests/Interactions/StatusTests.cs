using System.Globalization;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour SM: how interactions end, and when.</summary>
public sealed class StatusTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Fact]
    [Rule("SM-1")]
    public async Task A_turn_with_calls_for_the_client_stays_at_requires_action()
    {
        var asked = (await _client.CreateAsync(Functions.Ask("get_weather for Paris"))).Ok();

        var answered = (await _client.CreateAsync(Functions.Result(asked, "sunny"))).Ok();

        Assert.Equal("requires_action", asked.State);
        Assert.Equal("function_call", asked.Steps[^1].GetProperty("type").GetString());
        Assert.Equal("completed", answered.State);
        Assert.NotEqual(asked.Id, answered.Id);
        Assert.Equal("requires_action", (await _client.GetAsync(asked.Id)).Ok().State);
    }

    [Fact]
    [Rule("SM-2")]
    public async Task An_answer_that_hits_its_limit_is_incomplete()
    {
        var answer = (await _client.CreateAsync("""{"model":"demo","input":"count to 50","generation_config":{"max_output_tokens":3}}""")).Ok();

        Assert.Equal(("incomplete", "1 2 3"), (answer.State, answer.OutputText));
        Assert.Equal(3, answer.Json.GetProperty("usage").GetProperty("total_output_tokens").GetInt32());
    }

    [Fact]
    [Rule("SM-4")]
    [Rule("SM-5")]
    public async Task A_background_run_that_fails_says_why_in_errors()
    {
        models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("one", " two")).CutAfterParts(1));
        var accepted = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();

        var end = await _client.EndOfAsync(accepted.Id);

        Assert.Equal("failed", end.State);
        var error = Assert.Single(end.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal("service_unavailable", error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal("one", end.OutputText); // what came stays
        Assert.All(end.Steps, s => Assert.False(s.TryGetProperty("error", out _)));
    }

    [Fact]
    [Rule("SM-6")]
    public async Task Creation_is_stamped_at_creation_and_the_end_at_the_end()
    {
        var reply = HeldReply.Next(models, holdAfter: 0, "one");
        var accepted = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();
        await reply.Reached;
        var running = (await _client.GetAsync(accepted.Id)).Ok();
        var during = TimeProvider.System.GetUtcNow();
        reply.LetGo();

        var end = await _client.EndOfAsync(accepted.Id);

        Assert.Equal(Time(accepted, "created"), Time(running, "created"));
        Assert.Equal(Time(accepted, "created"), Time(end, "created"));
        Assert.True(Time(end, "created") < during, "created before the end");
        Assert.True(Time(end, "updated") >= during.AddMilliseconds(-1), "updated at the end");
    }

    private static DateTimeOffset Time(Answer answer, string member)
    {
        var text = answer.Json.GetProperty(member).GetString()!;
        Assert.EndsWith("Z", text, StringComparison.Ordinal);
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }
}
