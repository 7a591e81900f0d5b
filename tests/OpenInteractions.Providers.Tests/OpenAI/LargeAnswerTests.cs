using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>What an upstream answers has a bound, whatever form it has: no more is read.</summary>
public sealed class LargeAnswerTests
{
    private const int Most = 100_000;

    [Fact]
    public async Task An_answer_that_comes_whole_is_read_up_to_its_bound()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Json(200, Whole(Most / 2)));
        upstream.Server.Enqueue(VendorReply.Json(200, Whole(Most)));

        Assert.Equal(new string('x', Most / 2), (await upstream.CallAsync(upstream.Ask("gpt-4.1", "hi"))).Text);
        Assert.Equal($"The model provider's answer is larger than {Most} bytes, which is the most that is read.", (await RefusedAsync(upstream)).Message);
    }

    [Fact]
    public async Task One_event_of_a_stream_is_read_up_to_the_same_bound()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(ChatFrames.Answer(new string('x', Most / 2))));
        upstream.Server.Enqueue(VendorReply.Events(ChatFrames.Answer(new string('x', Most * 3))));

        Assert.Equal(new string('x', Most / 2), (await upstream.CallAsync(upstream.Ask("gpt-4.1", "hi"))).Text);
        Assert.Equal($"The model provider's answer is larger than {Most} bytes, which is the most that is read.", (await RefusedAsync(upstream)).Message);
    }

    [Fact]
    public async Task A_stream_is_read_up_to_four_times_as_much_for_what_stands_around_its_text()
    {
        await using var upstream = await StartAsync();
        var piece = new string('x', 1000);
        upstream.Server.Enqueue(VendorReply.Events(ChatFrames.Answer([.. Enumerable.Repeat(piece, Most * 2 / 1000)])));
        upstream.Server.Enqueue(VendorReply.Events(ChatFrames.Answer([.. Enumerable.Repeat(piece, Most * 4 / 1000)])));

        Assert.Equal(Most * 2, (await upstream.CallAsync(upstream.Ask("gpt-4.1", "hi"))).Text.Length);
        Assert.Equal($"The model provider's answer is larger than {Most * 4} bytes, which is the most that is read.", (await RefusedAsync(upstream)).Message);
    }

    [Fact]
    public async Task Events_without_end_that_say_nothing_are_read_up_to_the_bound_of_one()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Events([.. Enumerable.Repeat(ChatFrames.Text(""), (Most / 40) + 1)]));

        Assert.Equal($"The model provider sent more than {Most} bytes of events that say nothing.", (await RefusedAsync(upstream)).Message);
    }

    private static Task<OpenAIUpstream> StartAsync() =>
        OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat, options: new UpstreamOptions { MaxAnswerBytes = Most, RetryDelay = TimeSpan.FromMilliseconds(1) });

    private static string Whole(int length) => $$"""
        {"id":"c","object":"chat.completion","created":1,"model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":"{{new string('x', length)}}"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2} }
        """;

    private static async Task<ApiException> RefusedAsync(OpenAIUpstream upstream)
    {
        var asked = upstream.Server.Requests.Count;
        var refused = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1", "hi")));

        Assert.Equal(ErrorCode.ServiceUnavailable, refused.Code);
        Assert.Equal(asked + 1, upstream.Server.Requests.Count); // it would be as much again
        return refused;
    }
}
