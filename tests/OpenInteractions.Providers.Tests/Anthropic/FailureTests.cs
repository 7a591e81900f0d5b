using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>What goes wrong between us and the service (protocols P-7 to P-9, 6.7).</summary>
public sealed class FailureTests
{
    private static readonly AnthropicTurn Turn = AnthropicTurn.Empty.Thinks("Hm.").Says("Hello ", "there.");

    [Fact]
    public async Task An_overload_before_the_first_word_is_asked_again()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.ThenFails("overloaded_error", "Overloaded"));
        talk.Script(Turn);

        Assert.Equal("Hello there.", (await talk.SayAsync("Hi")).Text);
        Assert.Equal(2, talk.Server.Requests.Count);
    }

    [Fact]
    public async Task An_overload_in_the_middle_of_the_answer_is_a_failure()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.Says("Hello").ThenFails("overloaded_error", "Overloaded"));

        var (events, failure) = await FailsAsync(talk);

        Assert.Equal(ErrorCode.RateLimitExceeded, failure.Code);
        Assert.Equal(["Hello"], Texts(events));
        Assert.Single(talk.Server.Requests);
    }

    [Theory]
    [InlineData(429, "rate_limit_error")]
    [InlineData(529, "overloaded_error")]
    [InlineData(500, "api_error")]
    [InlineData(503, "api_error")]
    public async Task A_passing_refusal_is_asked_again_after_the_time_it_names(int status, string type)
    {
        await using var talk = await Talk.BeginAsync(upstream: new UpstreamOptions { RetryDelay = TimeSpan.FromMinutes(5), MaxRetryDelay = TimeSpan.FromMinutes(5) });
        talk.Server.Enqueue(talk.Vendor.Error(status, type, "Later.").WithHeader("retry-after", "0"));
        talk.Script(Turn);

        Assert.Equal("Hello there.", (await talk.SayAsync("Hi")).Text);
    }

    [Fact]
    public async Task A_long_wait_is_passed_on()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Server.Enqueue(talk.Vendor.Error(429, "rate_limit_error", "Number of request tokens has exceeded your rate limit.").WithHeader("retry-after", "90"));

        var (_, failure) = await FailsAsync(talk);

        Assert.Equal(ErrorCode.RateLimitExceeded, failure.Code);
        Assert.Equal(TimeSpan.FromSeconds(90), failure.RetryAfter);
        Assert.Single(talk.Server.Requests);
    }

    [Fact]
    public async Task A_wrong_key_is_the_operators_fault_and_is_told_to_nobody()
    {
        await using var talk = await Talk.BeginAsync(new AnthropicVendor { Key = "another" });

        var (_, failure) = await FailsAsync(talk);

        Assert.Equal(ErrorCode.ApiError, failure.Code);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("key", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(talk.Log.Lines, l => l.Contains("401", StringComparison.Ordinal));
        Assert.DoesNotContain(talk.Log.Lines, l => l.Contains(Talk.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_request_says_what_the_service_said()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Server.Enqueue(talk.Vendor.Error(400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"));

        var (_, failure) = await FailsAsync(talk);

        Assert.Equal(ErrorCode.InvalidRequest, failure.Code);
        Assert.Contains("prompt is too long", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Model = "claude-opus-9";

        Assert.Equal(ErrorCode.ModelNotFound, (await FailsAsync(talk)).Failure.Code);
    }

    [Fact]
    public async Task A_stream_that_ends_anywhere_before_its_last_word_is_unavailable()
    {
        await using var talk = await Talk.BeginAsync(upstream: new UpstreamOptions { MaxRetries = 0 });
        var length = (await LengthAsync(talk)) - "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".Length;
        for (var at = 1; at < length; at += 97)
        {
            var bytes = at;
            var reply = talk.Vendor.Reply(Turn);
            talk.Server.Enqueue(request => bytes % 2 == 0 ? reply(request).CutAfter(bytes) : reply(request).EndAfter(bytes));

            var (events, failure) = await FailsAsync(talk);

            Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
            Assert.StartsWith(string.Concat(Texts(events)), "Hello there.", StringComparison.Ordinal);
            Assert.DoesNotContain(events, e => e is ModelStopped);
        }
    }

    [Fact]
    public async Task A_cut_before_the_first_word_is_asked_again()
    {
        await using var talk = await Talk.BeginAsync();
        var reply = talk.Vendor.Reply(Turn);
        talk.Server.Enqueue(request => reply(request).CutAfterParts(1));
        talk.Server.Enqueue(VendorReply.Reset());
        talk.Script(Turn);

        Assert.Equal("Hello there.", (await talk.SayAsync("Hi")).Text);
        Assert.Equal(3, talk.Server.Requests.Count);
    }

    [Fact]
    public async Task Silence_is_given_up_after_the_idle_time()
    {
        await using var talk = await Talk.BeginAsync(upstream: new UpstreamOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        var gate = new Gate();
        var reply = talk.Vendor.Reply(AnthropicTurn.Empty.Says("Hello ", "there."));
        talk.Server.Enqueue(request => reply(request).HangAfterParts(4, gate));

        var (events, failure) = await FailsAsync(talk);

        Assert.True(gate.Reached.IsCompleted);
        Assert.Equal(ErrorCode.DeadlineExceeded, failure.Code);
        Assert.Equal(["Hello "], Texts(events));
    }

    [Fact]
    public async Task A_reader_that_leaves_closes_the_call()
    {
        await using var talk = await Talk.BeginAsync();
        var gate = new Gate();
        var reply = talk.Vendor.Reply(AnthropicTurn.Empty.Says("Hello ", "there."));
        talk.Server.Enqueue(request => reply(request).HangAfterParts(4, gate));
        using var leaves = new CancellationTokenSource();
        var request = talk.Request([new HistoryStep(Talk.Says("Hi"))]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var modelEvent in talk.Provider.StreamAsync(request, leaves.Token))
            {
                if (modelEvent is StepPiece)
                {
                    await leaves.CancelAsync();
                }
            }
        });

        await talk.Server.Requests[0].CallerLeft.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(request.Meter.Reading?.TotalInputTokens > 0); // the message's start has told it
    }

    private static async Task<int> LengthAsync(Talk talk)
    {
        var length = 0;
        var reply = talk.Vendor.Reply(Turn);
        talk.Server.Enqueue(request =>
        {
            var whole = reply(request);
            length = whole.Body.Length;
            return whole;
        });
        await foreach (var _ in talk.Provider.StreamAsync(talk.Request([new HistoryStep(Talk.Says("Hi"))]), CancellationToken.None))
        {
        }

        return length;
    }

    private static async Task<(List<ModelEvent> Events, ApiException Failure)> FailsAsync(Talk talk)
    {
        var events = new List<ModelEvent>();
        var failure = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var modelEvent in talk.Provider.StreamAsync(talk.Request([new HistoryStep(Talk.Says("Hi"))]), CancellationToken.None))
            {
                events.Add(modelEvent);
            }
        });
        return (events, failure);
    }

    private static IEnumerable<string> Texts(IEnumerable<ModelEvent> events) => events.OfType<StepPiece>().Select(p => p.Delta).OfType<TextDelta>().Select(d => d.Text);
}
