using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Anthropic;
using OpenInteractions.Providers.Tests.Gemini;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>Counts that no token count can be: the answer is good all the same, on every wire, and what is told of them is no less than nothing.</summary>
public sealed class OddUsageTests
{
    /// <summary>A count as it stands in JSON, and what is told of it.</summary>
    public static TheoryData<string, long> Counts => new()
    {
        { "-5", 0 }, { "7.9", 7 }, { "-0.5", 0 }, { "1e30", 0 }, { "1e999", 0 }, { "9223372036854775808", 0 }, { "9223372036854775807", 0 }, { "\"12\"", 12 }, { "\"many\"", 0 }, { "null", 0 },
        { "{}", 0 }, { "[3]", 0 }, { "true", 0 },
    };

    [Theory]
    [MemberData(nameof(Counts))]
    public async Task Chat_answers_survive_them(string count, long told)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Events(
        [
            ChatFrames.Text("Hello"), ChatFrames.Finish(),
            Sse.Frame("""{"choices":[],"usage":{"prompt_tokens":COUNT,"completion_tokens":COUNT,"total_tokens":COUNT,"prompt_tokens_details":{"cached_tokens":COUNT,"audio_tokens":COUNT},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":COUNT}}}""".Replace("COUNT", count, StringComparison.Ordinal)),
            ChatFrames.Done,
        ]));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal("Hello", answer.Text);
        AssertTold(answer.Stop.Usage, told);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public async Task Responses_answers_survive_them(string count, long told)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"type":"response.output_item.added","output_index":0,"item":{"type":"message"}}"""),
            Sse.Frame("""{"type":"response.output_text.delta","output_index":0,"delta":"Hello"}"""),
            Sse.Frame("""{"type":"response.output_item.done","output_index":0,"item":{"type":"message"}}"""),
            Sse.Frame("""{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":COUNT,"output_tokens":COUNT,"input_tokens_details":{"cached_tokens":COUNT}}}}""".Replace("COUNT", count, StringComparison.Ordinal)),
        ]));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-5.1", "Hi"));

        Assert.Equal("Hello", answer.Text);
        AssertTold(answer.Stop.Usage, told);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public async Task Messages_answers_survive_them(string count, long told)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"type":"message_start","message":{"usage":{"input_tokens":COUNT,"cache_read_input_tokens":0}}}""".Replace("COUNT", count, StringComparison.Ordinal)),
            Sse.Frame("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            Sse.Frame("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"""),
            Sse.Frame("""{"type":"content_block_stop","index":0}"""),
            Sse.Frame("""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":COUNT,"server_tool_use":{"web_search_requests":COUNT}}}""".Replace("COUNT", count, StringComparison.Ordinal)),
            Sse.Frame("""{"type":"message_stop"}"""),
        ]));

        var answer = await talk.SayAsync("Hi");

        Assert.Equal("Hello", answer.Text);
        if (answer.Stop.Usage is { } usage)
        {
            AssertTold(usage, told);
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public async Task GenerateContent_answers_survive_them(string count, long told)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""
                {"candidates":[{"content":{"parts":[{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":COUNT,"candidatesTokenCount":COUNT,"totalTokenCount":COUNT,"promptTokensDetails":[{"modality":"TEXT","tokenCount":COUNT}],"cacheTokensDetails":COUNT}}
                """.Replace("COUNT", count, StringComparison.Ordinal)),
        ]));

        var answer = await gemini.Dialogue(GeminiWire.GenerateContent).SayAsync("Hi");

        Assert.Equal("Hello", answer.Text);
        AssertTold(answer.Stopped.Usage, told);
        Assert.Equal(told, Assert.Single(answer.Stopped.Usage!.InputTokensByModality!).Tokens);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public async Task Interactions_answers_survive_them(string count, long told)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"event_type":"step.start","index":0,"step":{"type":"model_output"}}"""),
            Sse.Frame("""{"event_type":"step.delta","index":0,"delta":{"type":"text","text":"Hello"}}"""),
            Sse.Frame("""{"event_type":"step.stop","index":0}"""),
            Sse.Frame("""
                {"event_type":"interaction.completed","interaction":{"id":"i","object":"interaction","model":"m","status":"completed","created":"2026-11-21T10:00:00Z","updated":"2026-11-21T10:00:00Z","usage":{"total_input_tokens":COUNT,"total_output_tokens":COUNT,"total_tokens":COUNT,"input_tokens_by_modality":[{"modality":"text","tokens":COUNT}],"grounding_tool_count":[{"type":"google_search","count":COUNT}]}}}
                """.Replace("COUNT", count, StringComparison.Ordinal)),
        ]));

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi");

        Assert.Equal("Hello", answer.Text);
        AssertTold(answer.Stopped.Usage, told);
    }

    private static void AssertTold(Usage? usage, long told)
    {
        Assert.NotNull(usage);
        Assert.Equal((told, told), (usage.TotalInputTokens ?? 0, usage.TotalOutputTokens ?? 0));
        long?[] all = [usage.TotalTokens, usage.TotalThoughtTokens, usage.TotalCachedTokens, .. (usage.InputTokensByModality ?? []).Select(m => (long?)m.Tokens), .. (usage.OutputTokensByModality ?? []).Select(m => (long?)m.Tokens)];
        Assert.All(all, n => Assert.InRange(n ?? 0, 0, 1L << 50));
    }
}
