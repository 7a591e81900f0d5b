using System.Diagnostics;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>What goes wrong between us and an upstream, on both wires.</summary>
public sealed class UpstreamFaultTests
{
    private static readonly OpenAITurn Story = OpenAITurn.New.Says("Once upon a time there was a fox who read every byte.");

    public static TheoryData<OpenAIWire> Wires => [OpenAIWire.Responses, OpenAIWire.Chat];

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_cut_stream_ends_as_service_unavailable_after_the_pieces_that_came(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(Story, reply => reply.CutAfterParts(8));

        var (events, failure) = await CollectAsync(upstream);

        Assert.Contains(events, e => e is StepPiece);
        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.Single(upstream.Server.Requests);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Half_a_frame_and_a_clean_end_is_a_cut_stream_too(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(Story, reply => reply.EndAfter(reply.Body.Length * 2 / 3));

        var (events, failure) = await CollectAsync(upstream);

        Assert.NotEmpty(events);
        Assert.DoesNotContain(events, e => e is ModelStopped);
        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_stream_that_breaks_at_any_byte_never_passes_for_a_complete_answer(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire, options: new UpstreamOptions { MaxRetries = 0 });
        var whole = upstream.Vendor.Reply(OpenAITurn.New.Says("abc").Calls("f", "{}"))(await SampleRequestAsync(upstream)).Body;
        // Chat says why it stopped before the tokens and the mark of the end: from there on the answer is complete.
        var last = wire == OpenAIWire.Chat ? IndexOf(whole, "\"finish_reason\":\"tool_calls\"") : IndexOf(whole, "event: response.completed");

        for (var at = 0; at < last; at += 37)
        {
            var bytes = at;
            upstream.Script(OpenAITurn.New.Says("abc").Calls("f", "{}"), reply => reply.CutAfter(bytes));
            var (_, failure) = await CollectAsync(upstream);
            Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_malformed_frame_is_service_unavailable(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(Story, reply => reply.InsertAt(8, "data: {\"type\": nonsense\n\n"));

        Assert.Equal(ErrorCode.ServiceUnavailable, (await CollectAsync(upstream)).Failure.Code);
    }

    [Theory]
    [InlineData(OpenAIWire.Responses, """{"type":"response.completed"}""")]
    [InlineData(OpenAIWire.Responses, """{"type":7}""")]
    [InlineData(OpenAIWire.Responses, """{"type":"response.output_text.delta","output_index":"zero","delta":"x"}""")]
    [InlineData(OpenAIWire.Responses, """{"type":"response.output_item.added","output_index":99999999999999999999,"item":{"type":"message"}}""")]
    [InlineData(OpenAIWire.Chat, """[1,2]""")]
    [InlineData(OpenAIWire.Chat, """{"choices":[{"delta":{"tool_calls":[7]}}]}""")]
    public async Task Json_of_another_shape_is_the_upstreams_nonsense_and_not_our_failure(OpenAIWire wire, string frame)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(Story, reply => reply.InsertAt(8, Sse.Frame(frame)));

        var (_, failure) = await CollectAsync(upstream);

        Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider sent an answer that cannot be read."), (failure.Code, failure.Message));
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Silence_in_the_middle_ends_as_deadline_exceeded(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire, options: new UpstreamOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        upstream.Script(Story, reply => reply.HangAfterParts(8, new Gate()));

        var (events, failure) = await CollectAsync(upstream);

        Assert.Contains(events, e => e is StepPiece);
        Assert.Equal(ErrorCode.DeadlineExceeded, failure.Code);
    }

    [Fact]
    public async Task An_answer_that_does_not_begin_ends_as_deadline_exceeded()
    {
        var options = new UpstreamOptions { FirstByteTimeout = TimeSpan.FromMilliseconds(200) };
        await using var upstream = await OpenAIUpstream.StartAsync(options: options);
        upstream.Script(Story, reply => reply.HangBeforeHeaders(new Gate()));
        upstream.Script(Story, reply => reply.HangAfterParts(0, new Gate()));

        Assert.Equal(ErrorCode.DeadlineExceeded, (await CollectAsync(upstream)).Failure.Code);
        Assert.Equal(ErrorCode.DeadlineExceeded, (await CollectAsync(upstream)).Failure.Code);
    }

    [Fact]
    public async Task Slow_pieces_are_not_silence()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(options: new UpstreamOptions { IdleTimeout = TimeSpan.FromSeconds(20) });
        var gate = new Gate();
        upstream.Script(Story, reply => reply.HangAfterParts(8, gate));

        var calling = upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Open();

        Assert.StartsWith("Once upon", (await calling).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry-after-ms", "5")]
    [InlineData("retry-after", "0")]
    [InlineData("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]
    public async Task A_429_is_asked_again_after_the_time_it_names(string header, string value)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(options: new UpstreamOptions { RetryDelay = TimeSpan.FromMinutes(5), MaxRetryDelay = TimeSpan.FromMinutes(5) });
        upstream.Server.Enqueue(RateLimit().WithHeader(header, value));
        upstream.Script(Story);

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));

        Assert.StartsWith("Once upon", answer.Text, StringComparison.Ordinal);
        Assert.Equal(2, upstream.Server.Requests.Count);
        Assert.Equal(upstream.Server.Requests[0].Text, upstream.Server.Requests[1].Text);
    }

    [Fact]
    public async Task The_wait_that_an_upstream_names_is_kept()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(RateLimit().WithHeader("retry-after-ms", "300"));
        upstream.Script(Story);

        var watch = Stopwatch.StartNew();
        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));

        Assert.True(watch.ElapsedMilliseconds >= 290, $"asked again after {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task The_retry_budget_ends_and_the_last_wait_is_passed_on()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        for (var i = 0; i < 6; i++)
        {
            upstream.Server.Enqueue(RateLimit().WithHeader("retry-after-ms", "2"));
        }

        var (events, failure) = await CollectAsync(upstream);

        Assert.Empty(events);
        Assert.Equal((ErrorCode.RateLimitExceeded, TimeSpan.FromMilliseconds(2)), (failure.Code, failure.RetryAfter));
        Assert.Equal(4, upstream.Server.Requests.Count);
    }

    [Fact]
    public async Task A_wait_beyond_the_budget_fails_at_once()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(RateLimit().WithHeader("retry-after", "61"));

        var (_, failure) = await CollectAsync(upstream);

        Assert.Equal((ErrorCode.RateLimitExceeded, TimeSpan.FromSeconds(61)), (failure.Code, failure.RetryAfter));
        Assert.Single(upstream.Server.Requests);
    }

    [Fact]
    public async Task An_exhausted_account_is_not_asked_again()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(VendorReply.Json(429, """{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"""));

        Assert.Equal(ErrorCode.QuotaExceeded, (await CollectAsync(upstream)).Failure.Code);
        Assert.Single(upstream.Server.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(529)]
    [InlineData(408)]
    public async Task A_passing_failure_is_asked_again(int status)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(VendorReply.Text(status, "<html>bad gateway</html>", "text/html"));
        upstream.Server.Enqueue(VendorReply.Reset());
        upstream.Script(Story);

        Assert.StartsWith("Once upon", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"))).Text, StringComparison.Ordinal);
        Assert.Equal(3, upstream.Server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_stream_that_dies_before_its_first_event_is_asked_again(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(Story, reply => reply.CutAfterParts(0));
        upstream.Script(OpenAITurn.New.Fails("server_error", "The server had an error."));
        upstream.Script(Story);

        Assert.StartsWith("Once upon", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"))).Text, StringComparison.Ordinal);
        Assert.Equal(3, upstream.Server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_failure_after_the_first_event_is_thrown_and_never_repeated(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Script(OpenAITurn.New.Says("Half of it").Fails("server_error", "The server had an error processing org-AbCdEf123456's request."));

        var (events, failure) = await CollectAsync(upstream);

        Assert.Contains(events, e => e is StepPiece);
        Assert.Equal((ErrorCode.ApiError, "The model provider answered: The server had an error processing [account]'s request."), (failure.Code, failure.Message));
        Assert.Single(upstream.Server.Requests);
    }

    [Fact]
    public async Task A_wrong_key_is_the_operators_matter_and_nobody_sees_it()
    {
        const string Key = "sk-wrong-abcdefghijklmnop";
        await using var upstream = await OpenAIUpstream.StartAsync(key: Key);

        var (_, failure) = await CollectAsync(upstream);

        Assert.Equal(ErrorCode.ApiError, failure.Code);
        foreach (var text in new[] { failure.ToString(), upstream.Log.Text })
        {
            Assert.DoesNotContain("sk-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("mnop", text, StringComparison.Ordinal);
        }

        Assert.Contains("Error: openai does not accept this server's key", upstream.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Incorrect API key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_model_not_found()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        Assert.Equal(ErrorCode.ModelNotFound, (await CollectAsync(upstream, "gpt-99")).Failure.Code);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_service_unavailable()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(hasServer: false);

        var (_, failure) = await CollectAsync(upstream);

        Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider cannot be reached."), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task A_cancelled_call_leaves_the_upstream()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var gate = new Gate();
        upstream.Script(Story, reply => reply.HangAfterParts(8, gate));
        using var cancelled = new CancellationTokenSource();

        var calling = upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"), cancelled.Token);
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(20));
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        await upstream.Server.Requests[0].CallerLeft.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static VendorReply RateLimit() =>
        VendorReply.Json(429, """{"error":{"message":"Rate limit reached for gpt-4.1 in organization org-AbCdEf123456.","type":"requests","param":null,"code":"rate_limit_exceeded"}}""");

    private static async Task<(List<ModelEvent> Events, ApiException Failure)> CollectAsync(OpenAIUpstream upstream, string model = "gpt-4.1")
    {
        var events = new List<ModelEvent>();
        var failure = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var modelEvent in upstream.Provider.StreamAsync(upstream.Ask(model, "Story"), CancellationToken.None))
            {
                events.Add(modelEvent);
            }
        });
        return (events, failure);
    }

    private static async Task<VendorRequest> SampleRequestAsync(OpenAIUpstream upstream)
    {
        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));
        return upstream.Server.Requests[0];
    }

    private static int IndexOf(byte[] body, string text) => body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));
}
