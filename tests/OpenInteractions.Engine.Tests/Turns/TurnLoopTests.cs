using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

public sealed class TurnLoopTests : IDisposable
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    private readonly TurnRecording _turn = new();

    public void Dispose() => _turn.Dispose();

    [Fact]
    public async Task An_answer_completes_the_turn_and_its_usage_is_told()
    {
        var result = await _turn.RunAsync(ScriptedModel.Says("Hel", "lo"));

        Assert.Equal((InteractionStatus.Completed, 7L, null), (result.Status, result.Usage!.TotalTokens!.Value, result.Fault));
        Assert.Equal(["""{"type":"model_output","content":[{"type":"text","text":"Hello"}]}"""], _turn.Steps);
    }

    [Fact]
    public async Task A_model_that_says_nothing_completes_a_turn_without_steps()
    {
        Assert.Equal(InteractionStatus.Completed, (await _turn.RunAsync(ScriptedModel.Silent())).Status);
        Assert.Empty(_turn.Steps);
    }

    [Fact]
    [Rule("FN-1")]
    [Rule("SM-1")]
    public async Task A_call_ends_the_turn_as_requires_action() =>
        Assert.Equal(InteractionStatus.RequiresAction, (await _turn.RunAsync(ScriptedModel.Thinks("I need the weather.", "s").Then.Calls("get_weather", """{"city":""", "\"Bern\"}"), "get_weather")).Status);

    [Fact]
    [Rule("SE-13")]
    public async Task An_answer_that_ends_in_the_middle_of_a_step_is_not_taken_for_whole()
    {
        var open = ScriptedModel.Says("whole").Then.Plays(new StepStarted(new ModelOutputStep()), new StepPiece(new TextDelta { Text = "ha" }));

        var failure = await Assert.ThrowsAsync<ApiException>(() => _turn.RunAsync(open));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.Single(_turn.Steps);
    }

    [Theory]
    [InlineData(ModelStopReason.TokenLimit, InteractionStatus.Incomplete)]
    [InlineData(ModelStopReason.Blocked, InteractionStatus.Failed)]
    public async Task A_step_that_a_limit_or_a_filter_cut_is_kept_though_nobody_says_that_it_ends(ModelStopReason reason, InteractionStatus status)
    {
        var result = await _turn.RunAsync(ScriptedModel.Plays(new StepStarted(new ModelOutputStep()), new StepPiece(new TextDelta { Text = "ha" })).Then.Stops(reason));

        Assert.Equal(status, result.Status);
        Assert.Equal(["""{"type":"model_output","content":[{"type":"text","text":"ha"}]}"""], _turn.Steps);
    }

    [Fact]
    [Rule("SE-5")]
    public async Task Steps_out_of_order_are_the_providers_failure_and_not_ours()
    {
        ModelEvent start = new StepStarted(new ModelOutputStep()), piece = new StepPiece(new TextDelta { Text = "a" }), stop = new StepStopped();
        foreach (ModelEvent[] wrong in (ModelEvent[][])[[piece], [stop], [start, piece, start, piece], [start, piece, stop, stop], [start, piece, stop, piece]])
        {
            using var turn = new TurnRecording();

            var failure = await Assert.ThrowsAsync<ApiException>(() => turn.RunAsync(ScriptedModel.Plays(wrong)));

            Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        }
    }

    [Fact]
    [Rule("FN-2")]
    [Rule("SE-5")]
    public async Task Parallel_calls_are_steps_of_their_own_with_ids_of_their_own()
    {
        var result = await _turn.RunAsync(ScriptedModel.Calls("a", "{}").Then.Calls("b", "{}").Then.Calls("a", "{}"), "a", "b");

        Assert.Equal(InteractionStatus.RequiresAction, result.Status);
        Assert.Equal(3, _turn.Output.Steps.Select(s => ((FunctionCallStep)s.Step).Id).Distinct().Count());
    }

    [Fact]
    public async Task A_call_that_was_answered_in_the_same_turn_is_not_owed_by_the_client()
    {
        var result = await _turn.RunAsync(
            ScriptedModel.Calls("look_up", "{}").Then.Plays(new StepStarted(new FunctionResultStep { CallId = "up-1", Result = NoArguments }), new StepStopped()).Then.Says("done"),
            "look_up");

        Assert.Equal(InteractionStatus.Completed, result.Status);
        var call = (FunctionCallStep)_turn.Output.Steps[0].Step;
        Assert.Equal(call.Id, ((FunctionResultStep)_turn.Output.Steps[1].Step).CallId);
    }

    [Fact]
    [Rule("SM-2")]
    public async Task A_token_limit_ends_the_turn_as_incomplete()
    {
        Assert.Equal(InteractionStatus.Incomplete, (await _turn.RunAsync(ScriptedModel.Says("half").Then.Stops(ModelStopReason.TokenLimit))).Status);
        Assert.Single(_turn.Steps);
    }

    [Theory]
    [InlineData("""{"a":"rm -rf /tmp/x""")]
    [InlineData("""{"n":12""")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"a":1,""")]
    [Rule("SM-2")]
    [Rule("ST-7")]
    public async Task A_call_that_a_limit_cut_is_never_shown_as_a_call(string arguments)
    {
        var result = await _turn.RunAsync(ScriptedModel.Says("I will.").Then.Calls("f", arguments).Then.Stops(ModelStopReason.TokenLimit), "f");

        Assert.Equal(InteractionStatus.Incomplete, result.Status);
        Assert.DoesNotContain(_turn.Output.Steps, s => s.Step is FunctionCallStep);
        var client = new ClientView();
        client.See(_turn.Events);
        Assert.Equal(_turn.Steps, client.Steps);
    }

    [Fact]
    [Rule("SM-2")]
    [Rule("FN-1")]
    public async Task Calls_that_were_whole_before_the_limit_came_are_owed_an_answer()
    {
        var result = await _turn.RunAsync(ScriptedModel.Calls("f", """{"a":1}""").Then.Calls("f", """{"a":"ha""").Then.Stops(ModelStopReason.TokenLimit), "f");

        Assert.Equal(InteractionStatus.RequiresAction, result.Status);
        Assert.Equal("""{"a":1}""", Assert.Single(_turn.Output.Steps.Select(s => s.Step).OfType<FunctionCallStep>()).Arguments.GetRawText());
    }

    [Fact]
    public async Task Arguments_that_are_mended_where_no_limit_came_still_are()
    {
        var result = await _turn.RunAsync(ScriptedModel.Calls("f", """{"a":1,}""").Then.Calls("f"), "f");

        Assert.Equal(InteractionStatus.RequiresAction, result.Status);
        Assert.Equal(["""{"a":1}""", "{}"], _turn.Output.Steps.Select(s => ((FunctionCallStep)s.Step).Arguments.GetRawText()));
    }

    [Fact]
    [Rule("ER-5")]
    public async Task Blocked_output_fails_the_turn_with_the_reason()
    {
        var fault = new ModelFault(ErrorCode.Safety, "Blocked.");

        var result = await _turn.RunAsync(ScriptedModel.Says("a").Then.Stops(ModelStopReason.Blocked, fault));

        Assert.Equal((InteractionStatus.Failed, fault), (result.Status, result.Fault));
    }

    [Fact]
    [Rule("FN-11")]
    public async Task A_call_of_an_undeclared_function_is_refused_and_not_shown()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => _turn.RunAsync(ScriptedModel.Says("a").Then.Calls("rm_rf", "{}"), "get_weather"));

        Assert.Equal(ErrorCode.UnexpectedToolCall, refused.Code);
        Assert.Contains("'rm_rf'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["start 0 model_output", "delta 0", "stop 0"], _turn.Story);
    }

    [Fact]
    public async Task A_stream_that_ends_without_a_stop_is_a_failure_that_may_be_tried_again()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => _turn.RunAsync(ScriptedModel.Says("a").Then.BreaksOff()));

        Assert.Equal(ErrorCode.ServiceUnavailable, refused.Code);
        Assert.Single(_turn.Steps);
    }

    [Fact]
    public async Task What_the_provider_throws_comes_through_and_complete_steps_stand()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => _turn.RunAsync(ScriptedModel.Says("a").Then.Fails(ErrorCode.RateLimitExceeded, "Slow down.")));

        Assert.Equal((ErrorCode.RateLimitExceeded, "Slow down."), (refused.Code, refused.Message));
        Assert.Single(_turn.Steps);
    }

    [Fact]
    public async Task Calls_get_native_ids_and_the_upstreams_are_kept_beside_them()
    {
        await _turn.RunAsync(ScriptedModel.Calls("a", "{}").Then.Calls("a", "{}"), "a");

        var ids = _turn.Output.Steps.Select(s => ((FunctionCallStep)s.Step).Id).ToArray();
        Assert.All(ids, id => Assert.Matches("^call_[0-9a-z]{16}$", id));
        Assert.Equal([("scripted", "family", "up-1"), ("scripted", "family", "up-2")], _turn.Output.Steps.Select(s => (s.State!.Provider, s.State.Family, s.State.CallId!)));
        Assert.Equal(ids[0], ((FunctionCallStep)Assert.IsType<StepStartEvent>(_turn.Events[0]).Step).Id);
    }

    [Fact]
    public async Task A_result_gets_the_native_id_of_its_call_whatever_its_kind()
    {
        await _turn.RunAsync(ScriptedModel.Plays(
            new StepStarted(new CodeExecutionCallStep { Id = "x", Arguments = new CodeExecutionArguments { Code = "1" } }),
            new StepStopped(),
            new StepStarted(new CodeExecutionResultStep { CallId = "x", Result = JsonElement.Parse("\"1\"") }),
            new StepStopped()));

        var call = Assert.IsType<CodeExecutionCallStep>(_turn.Output.Steps[0].Step);
        Assert.StartsWith("call_", call.Id, StringComparison.Ordinal);
        Assert.Equal(call.Id, Assert.IsType<CodeExecutionResultStep>(_turn.Output.Steps[1].Step).CallId);
        Assert.Equal("x", _turn.Output.Steps[1].State!.CallId);
    }

    [Fact]
    public async Task An_upstream_id_that_comes_again_means_its_newest_call()
    {
        StepStarted Call() => new(new ProcessingCallStep { Id = "same" });
        StepStarted Result() => new(new ProcessingResultStep { CallId = "same" });

        await _turn.RunAsync(ScriptedModel.Plays(Call(), new StepStopped(), Result(), new StepStopped(), Call(), new StepStopped(), Result(), new StepStopped()));

        var ids = _turn.Output.Steps.Select(s => s.Step is ICallStep call ? call.Id : ((IResultStep)s.Step).CallId).ToArray();
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(ids[2], ids[3]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public async Task What_the_provider_left_with_a_step_is_kept_with_it()
    {
        await _turn.RunAsync(ScriptedModel.Plays(
            new StepStarted(new ModelOutputStep()),
            new StepPiece(new TextDelta { Text = "a" }),
            new StepStopped(JsonElement.Parse("""{"item":"i-1"}""")),
            new StepStarted(new ModelOutputStep()),
            new StepPiece(new TextDelta { Text = "b" }),
            new StepStopped()));

        var state = _turn.Output.Steps[0].State!;
        Assert.Equal(("scripted", "family", null, """{"item":"i-1"}"""), (state.Provider, state.Family, state.CallId, state.Data!.Value.GetRawText()));
        Assert.Null(_turn.Output.Steps[1].State);
    }

    [Fact]
    public async Task More_steps_than_an_interaction_may_have_end_it()
    {
        var model = ScriptedModel.Plays(Enumerable.Range(0, 8).SelectMany(_ => new ModelEvent[]
        {
            new StepStarted(new ProcessingCallStep { Id = "x" }),
            new StepStopped(),
        }));
        var output = new Engine.Turns.TurnOutput(log: null, new TaskCompletionSource(), [], shownThrough: -1);

        var refused = await Assert.ThrowsAsync<ApiException>(() => Engine.Turns.TurnLoop.RunAsync(model, TurnRecording.Request(model), output, server: null, maxSteps: 7, default));

        Assert.Equal(ErrorCode.TooManyToolCalls, refused.Code);
        Assert.Contains("made 7 steps", refused.Message, StringComparison.Ordinal);
        Assert.Equal(7, output.Steps.Count);
    }
}
