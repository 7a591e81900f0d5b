using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>Status 200 on the Chat wire says nothing: what comes with it has to be an answer (protocols P-9).</summary>
public sealed class ChatNoAnswerTests
{
    private const string Done = "data: [DONE]\n\n";
    private const string Usage = """data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}""" + "\n\n";
    private const string Filter = """data: {"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}""" + "\n\n";

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"detail":"x"}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":[{}]}""")]
    [InlineData("""{"choices":[{"message":null,"finish_reason":null}]}""")]
    [InlineData("""{"choices":[{"text":"a completion of another kind","index":0}]}""")]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":0,"total_tokens":3}}""")]
    public async Task An_object_that_is_no_answer_cannot_be_read(string body)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Json(200, body));

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi")));

        Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider sent an answer that cannot be read."), (failure.Code, failure.Message));
        Assert.Single(upstream.Server.Requests); // as on the other wires (P-8)
    }

    public static TheoryData<string> EmptyStreams =>
    [
        Done,
        "data: {}\n\n" + Done,
        "data: {\"choices\":[{}]}\n\n" + Done,
        "data: {\"detail\":\"x\"}\n\n" + Done,
        Usage + Done,
        Filter + Usage + Done,
    ];

    [Theory]
    [MemberData(nameof(EmptyStreams))]
    public async Task A_stream_without_an_answer_is_a_cut_stream_whatever_its_end_says(string body)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat, options: new UpstreamOptions { MaxRetries = 0 });
        upstream.Server.Enqueue(VendorReply.Text(200, body, "text/event-stream"));

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi")));

        Assert.Equal(
            (ErrorCode.ServiceUnavailable, "The model provider closed the connection before its answer was complete."),
            (failure.Code, failure.Message));
    }

    [Theory]
    [MemberData(nameof(EmptyStreams))]
    public async Task It_is_asked_again(string body)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Text(200, body, "text/event-stream"));
        upstream.Script(OpenAITurn.New.Says("Here."));

        Assert.Equal("Here.", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"))).Text);
        Assert.Equal(2, upstream.Server.Requests.Count);
    }

    [Theory]
    [InlineData("""data: {"choices":[{"delta":{"content":"Hi"}}]}""" + "\n\n" + Done, "Hi")]
    [InlineData("""data: {"choices":[{"delta":{"content":"Hi"},"index":0,"logprobs":{"content":[]}}]}""" + "\n\n" + Done, "Hi")]
    [InlineData(Filter + """data: {"choices":[{"delta":{"content":"Hi"}}]}""" + "\n\n" + """data: {"choices":[{"delta":{},"finish_reason":"stop"}]}""" + "\n\n" + Usage + Done, "Hi")]
    [InlineData("""data: {"choices":[{"delta":{"role":"assistant"}}]}""" + "\n\n" + Done, "")]
    [InlineData("""data: {"choices":[{"finish_reason":"stop"}]}""" + "\n\n" + Done, "")]
    public async Task What_servers_leave_out_of_an_answer_does_not_matter(string body, string text)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Text(200, body, "text/event-stream"));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal((text, ModelStopReason.Finished), (answer.Text, answer.Stop.Reason));
        Assert.Single(upstream.Server.Requests);
    }
}
