using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Api.Tests.Interactions;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Streaming;

/// <summary>Behaviour SE: the order, the ids and the contents of events.</summary>
public sealed class StreamTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    private async Task<IReadOnlyList<ServerEvent>> StreamAsync(string json)
    {
        await using var events = await _client.CreateStreamedAsync(json);
        return await events.ToEndAsync();
    }

    [Fact]
    [Rule("SE-1")]
    [Rule("SE-2")]
    [Rule("SE-3")]
    [Rule("SE-4")]
    public async Task The_order_is_the_contract_s_and_every_event_names_itself()
    {
        var events = await StreamAsync("""{"model":"demo","input":"echo: one two three","stream":true}""");

        var names = events.Select(e => e.Name).ToList();
        Assert.Equal(["interaction.created", "interaction.status_update", "step.start", "step.delta"], names.Take(4));
        Assert.Equal(["step.delta", "step.stop", "interaction.completed", "done"], names.TakeLast(4));
        Assert.All(names.Skip(3).SkipLast(3), n => Assert.Equal("step.delta", n));
        Assert.Equal("[DONE]", events[^1].Data);
        Assert.All(events.SkipLast(1), e => Assert.Equal(e.Name, e.Json.GetProperty("event_type").GetString()));
        Assert.Equal(events.Count - 1, events.SkipLast(1).Select(e => e.EventId).Distinct().Count());
        var created = events[0].Json.GetProperty("interaction");
        Assert.Equal(("interaction", "in_progress", "demo"), (created.GetProperty("object").GetString(), created.GetProperty("status").GetString(), created.GetProperty("model").GetString()));
        Assert.Equal("in_progress", events[1].Json.GetProperty("status").GetString());
        Assert.Equal(created.GetProperty("id").GetString(), events[1].Json.GetProperty("interaction_id").GetString());
    }

    [Fact]
    [Rule("SE-1")]
    public async Task The_headers_are_those_of_an_event_stream()
    {
        await using var events = await _client.CreateStreamedAsync("""{"model":"demo","input":"echo: one","stream":true}""");
        await events.ToEndAsync();

        Assert.StartsWith("text/event-stream", events.Headers["content-type"]);
        Assert.Equal("no-cache", events.Headers["cache-control"]);
        Assert.Equal("no", events.Headers["x-accel-buffering"]);
        Assert.DoesNotContain("content-encoding", events.Headers.Keys);
        Assert.StartsWith("req_", events.Headers["x-request-id"]);
    }

    [Fact]
    [Rule("SE-5")]
    [Rule("SE-6")]
    public async Task Parallel_calls_have_their_own_indexes_and_their_arguments_come_as_text()
    {
        models.Local.Enqueue(VendorReply.Events(
        [
            ChatFrames.Call(0, "a", "get_weather", "{\"city\":"), ChatFrames.Call(0, "a", "get_weather", "\"Paris\"}"), ChatFrames.Call(1, "b", "get_time", "{}"),
            ChatFrames.Finish("tool_calls"), ChatFrames.Done,
        ]));

        var events = await StreamAsync(Functions.Ask("ask both", "local/scripted", ",\"stream\":true"));

        var starts = events.Where(e => e.Name == "step.start").ToList();
        Assert.Equal([0, 1], starts.Select(e => e.Index));
        Assert.All(starts, s =>
        {
            var step = s.Json.GetProperty("step");
            Assert.Equal("function_call", step.GetProperty("type").GetString());
            Assert.StartsWith("call_", step.GetProperty("id").GetString());
            Assert.Equal("{}", step.GetProperty("arguments").GetRawText());
        });
        Assert.All(events.Where(e => e.Name == "step.delta"), d =>
        {
            Assert.Equal("arguments_delta", d.Json.GetProperty("delta").GetProperty("type").GetString());
            Assert.Equal(JsonValueKind.String, d.Json.GetProperty("delta").GetProperty("arguments").ValueKind);
        });
        var fold = StreamFold.Of(events);
        Assert.Equal("""{"city":"Paris"}""", fold.Steps[0]!["arguments"]!.ToJsonString());
        Assert.Equal("requires_action", fold.Status);
        var open = -1;
        foreach (var e in events.Where(e => e.Name.StartsWith("step.", StringComparison.Ordinal)))
        {
            Assert.Equal(e.Name == "step.start" ? -1 : e.Index, open);
            open = e.Name == "step.start" ? e.Index : e.Name == "step.stop" ? -1 : open;
        }
    }

    [Fact]
    [Rule("SE-8")]
    [Rule("SE-9")]
    public async Task Steps_start_empty_and_deltas_fit_their_step()
    {
        var events = await StreamAsync("""{"model":"demo","input":"echo: hi","stream":true,"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}""");

        var kinds = new Dictionary<int, string>();
        foreach (var e in events)
        {
            if (e.Name == "step.start")
            {
                var step = e.Json.GetProperty("step");
                kinds[e.Index] = step.GetProperty("type").GetString()!;
                Assert.Equal(["type"], step.EnumerateObject().Select(m => m.Name));
            }
            else if (e.Name == "step.delta")
            {
                string[] allowed = kinds[e.Index] == "thought" ? ["thought_summary", "thought_signature"] : ["text"];
                Assert.Contains(e.Json.GetProperty("delta").GetProperty("type").GetString(), allowed);
            }
        }

        Assert.Equal(["thought", "model_output"], kinds.Values);
    }

    [Fact]
    [Rule("SE-10")]
    [Rule("SE-11")]
    public async Task The_last_event_has_status_and_usage_and_no_steps()
    {
        var events = await StreamAsync("""{"model":"demo","input":"count to 9","stream":true,"generation_config":{"max_output_tokens":2}}""");

        var last = events[^2].Json.GetProperty("interaction");
        Assert.Equal("incomplete", last.GetProperty("status").GetString());
        Assert.False(last.TryGetProperty("steps", out _));
        Assert.Equal(2, last.GetProperty("usage").GetProperty("total_output_tokens").GetInt32());
        Assert.Equal(JsonValueKind.String, last.GetProperty("updated").ValueKind);
    }

    [Theory]
    [InlineData(",\"stream\":true")]
    [InlineData(",\"stream\":true,\"store\":false")]
    [InlineData(",\"stream\":true,\"background\":true")]
    [Rule("SE-12")]
    [Rule("ER-5")]
    public async Task A_failure_in_the_middle_is_an_event_with_code_and_message(string more)
    {
        models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("one", " two")).CutAfterParts(1));

        var events = await StreamAsync($$"""{"model":"local/scripted","input":"hi"{{more}}}""");

        Assert.Equal(["error", "interaction.completed", "done"], events.TakeLast(3).Select(e => e.Name));
        Assert.Equal("service_unavailable", events[^3].Json.GetProperty("error").GetProperty("code").GetString());
        Assert.NotEmpty(events[^3].Json.GetProperty("error").GetProperty("message").GetString()!);
        Assert.Equal("failed", StreamFold.Of(events).Status);
    }

    [Theory]
    [InlineData("echo: Grüße, 世界 \\uD83D\\uDE00 \\\"quoted\\\" \\\\ \\n\\n data: [DONE]\\n\\n")]
    [InlineData("count to 300")]
    [InlineData("Hello! My name is Ada.")]
    [Rule("SE-13")]
    [Rule("BG-9")]
    public async Task The_stream_the_answer_and_the_get_have_the_same_steps(string input)
    {
        const string settings = "\"generation_config\":{\"thinking_level\":\"high\",\"thinking_summaries\":\"auto\"}";

        var events = await StreamAsync($$"""{"model":"demo","input":"{{input}}","stream":true,{{settings}}}""");
        var answer = (await _client.CreateAsync($$"""{"model":"demo","input":"{{input}}",{{settings}}}""")).Ok();
        var read = (await _client.GetAsync(events[0].Json.GetProperty("interaction").GetProperty("id").GetString()!)).Ok();

        var fold = StreamFold.Of(events);
        Shown.Same(read, fold);
        Assert.True(JsonNode.DeepEquals(WithoutSignatures(Shown.Made(answer)), WithoutSignatures(fold.Steps)), answer.Text);
    }

    [Fact]
    [Rule("SE-2")]
    [Rule("BG-5")]
    public async Task A_unary_interaction_can_be_replayed_as_a_stream_too()
    {
        var answer = (await _client.CreateAsync(Functions.Ask("get_weather for Paris and get_time"))).Ok();

        await using var first = await _client.FollowAsync(answer.Id);
        var events = await first.ToEndAsync();
        await using var second = await _client.FollowAsync(answer.Id);

        Assert.Equal(events.Select(e => e.Frame), (await second.ToEndAsync()).Select(e => e.Frame));
        Shown.Same((await _client.GetAsync(answer.Id)).Ok(), StreamFold.Of(events));
    }

    // Sealed anew in each interaction.
    private static JsonArray WithoutSignatures(JsonArray steps)
    {
        foreach (var step in steps)
        {
            step!.AsObject().Remove("signature");
        }

        return steps;
    }
}
