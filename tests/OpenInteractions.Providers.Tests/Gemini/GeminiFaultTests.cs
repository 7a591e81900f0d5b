using System.Diagnostics;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiFaultTests
{
    private static readonly GeminiTurn Three = GeminiTurn.Says("one ", "two ", "three");

    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_cut_stream_ends_as_service_unavailable(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.CutAfterParts(wire == GeminiWire.Interactions ? 5 : 3)));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.Single(gemini.Server.Requests); // text was passed on, so the call is not made again (P-8)
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_stream_that_ends_in_good_order_without_a_last_word_is_not_taken_for_whole(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.EndAfterParts(wire == GeminiWire.Interactions ? 5 : 3)));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
    }

    [Fact]
    [Rule("SE-5")]
    public async Task An_answer_one_of_whose_steps_does_not_end_is_not_taken_for_whole()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.WithoutParts("step.stop")));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Half_a_frame_is_not_taken_for_a_whole_one(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.EndAfter(r.Body.Length - 40)));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_frame_that_is_no_json_ends_as_service_unavailable(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.InsertAt(4, "data: {\"broken\n\n")));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Silence_in_the_middle_ends_by_the_idle_time_out(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var gate = new Gate();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.HangAfterParts(2, gate)));
        var provider = gemini.Provider(wire, new UpstreamOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await Assert.ThrowsAsync<ApiException>(() => new Dialogue(provider, GeminiUpstream.Model).SayAsync("Hi"));

        Assert.Equal(ErrorCode.DeadlineExceeded, failure.Code);
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Too_many_requests_are_repeated_after_the_time_that_the_vendor_names(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(r => FakeGemini.RateLimited(r, TimeSpan.FromSeconds(1)));
        gemini.Answers(GeminiTurn.Says("Here."));
        var clock = Stopwatch.StartNew();

        var answer = await gemini.Dialogue(wire).SayAsync("Hi");

        Assert.Equal("Here.", answer.Text);
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(950), "The second request came before the time that the vendor named.");
        Assert.Equal(2, gemini.Server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_long_wait_is_passed_on_instead_of_waited_for(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(r => FakeGemini.RateLimited(r, TimeSpan.FromMinutes(10)));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal((ErrorCode.RateLimitExceeded, TimeSpan.FromMinutes(10)), (failure.Code, failure.RetryAfter!.Value));
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("ER-8")]
    public async Task A_spent_quota_of_a_day_is_told_at_once(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(r => FakeGemini.RateLimited(r, TimeSpan.FromSeconds(2), daily: true));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal((ErrorCode.QuotaExceeded, TimeSpan.FromSeconds(2)), (failure.Code, failure.RetryAfter!.Value));
        Assert.Single(gemini.Server.Requests);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task An_overloaded_model_is_asked_again(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(FakeGemini.Overloaded);
        gemini.Answers(GeminiTurn.Says("Here."));

        Assert.Equal("Here.", (await gemini.Dialogue(wire).SayAsync("Hi")).Text);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_refused_account_is_our_fault_and_its_key_stays_secret(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(FakeGemini.Forbidden);

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ApiError, failure.Code);
        Assert.DoesNotContain("AIza", failure.Message, StringComparison.Ordinal);
        Assert.Single(gemini.Server.Requests);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_wrong_key_of_the_operator_is_not_the_callers_mistake(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = new Dialogue(gemini.Provider(wire, key: "AIzaWrongKey-000000"), GeminiUpstream.Model);

        var failure = await Assert.ThrowsAsync<ApiException>(() => dialogue.SayAsync("Hi"));

        Assert.Equal(ErrorCode.ApiError, failure.Code);
        Assert.DoesNotContain("key", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task An_error_in_the_middle_of_a_stream_is_told_with_its_code(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("So ").Fails(503, wire == GeminiWire.Interactions ? "service_unavailable" : "UNAVAILABLE", "Overloaded."));

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire).SayAsync("Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.Contains("Overloaded.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_model_that_the_vendor_does_not_have_is_not_found(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        var failure = await Assert.ThrowsAsync<ApiException>(() => gemini.Dialogue(wire, "gemini-0-none").SayAsync("Hi"));

        Assert.Equal(ErrorCode.ModelNotFound, failure.Code);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task What_the_vendor_refuses_is_told_in_the_vendors_words(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Functions = [Dialogue.Function("twice"), Dialogue.Function("twice")];

        var failure = await Assert.ThrowsAsync<ApiException>(() => dialogue.SayAsync("Hi"));

        Assert.Equal(ErrorCode.InvalidRequest, failure.Code);
        Assert.Contains("Duplicate function declaration found: twice", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task More_stop_sequences_than_the_vendor_takes_are_refused_by_name(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Config = new() { StopSequences = ["a", "b", "c", "d", "e", "f"] };

        var failure = await Assert.ThrowsAsync<ApiException>(() => dialogue.SayAsync("Hi"));

        Assert.Equal((ErrorCode.InvalidRequest, "generation_config.stop_sequences"), (failure.Code, failure.Field));
        Assert.Empty(gemini.Server.Requests);
    }

    [Fact]
    public async Task A_setting_that_only_the_other_wire_has_is_refused_by_name()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.GenerateContent);
        dialogue.Config = new() { VideoConfig = new() { Task = "edit" } };

        var failure = await Assert.ThrowsAsync<ApiException>(() => dialogue.SayAsync("Hi"));

        Assert.Equal((ErrorCode.FailedPrecondition, "generation_config.video_config"), (failure.Code, failure.Field));
        Assert.Empty(gemini.Server.Requests);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Leaving_a_call_closes_the_connection_to_the_vendor(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var gate = new Gate();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.HangAfterParts(2, gate)));
        using var leave = new CancellationTokenSource();
        var provider = gemini.Provider(wire);
        var request = Hi(provider);
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in provider.StreamAsync(request, leave.Token))
            {
            }
        });
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(10));

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await (await gemini.Server.RequestAsync(1)).CallerLeft.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>This wire counts in every chunk.</summary>
    [Fact]
    [Rule("SE-11")]
    public async Task Leaving_a_call_leaves_what_it_has_used_until_then()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(Three, r => r.HangAfterParts(2, new Gate())));
        using var leave = new CancellationTokenSource();
        var provider = gemini.Provider(GeminiWire.GenerateContent);
        var request = Hi(provider);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var modelEvent in provider.StreamAsync(request, leave.Token))
            {
                if (modelEvent is StepPiece)
                {
                    await leave.CancelAsync();
                }
            }
        });

        Assert.True(request.Meter.Reading?.TotalInputTokens > 0);
    }

    private static ModelRequest Hi(GeminiProvider provider) => new()
    {
        Model = provider.Describe(GeminiUpstream.Model),
        History = [new HistoryTurn([new(new Contracts.Steps.UserInputStep { Content = [new Contracts.Content.TextContent { Text = "Hi" }] })], isSettled: false)],
        Config = new(),
        Project = "default",
        InteractionId = "int_1",
    };
}
