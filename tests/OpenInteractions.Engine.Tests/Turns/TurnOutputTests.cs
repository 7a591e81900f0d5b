using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Engine.Tests.Events;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Turns;

public sealed class TurnOutputTests : IDisposable
{
    private const string EmptyThought = """{"type":"thought"}""";

    private readonly TurnRecording _turn = new();

    public void Dispose() => _turn.Dispose();

    [Fact]
    [Rule("SE-1")]
    [Rule("SE-5")]
    public async Task A_step_is_told_as_start_pieces_and_stop()
    {
        await SayAsync(_turn.Output, "Hel", "lo");

        Assert.Equal(["start 0 model_output", "delta 0", "delta 0", "stop 0"], _turn.Story);
        Assert.Equal(["""{"type":"model_output","content":[{"type":"text","text":"Hello"}]}"""], _turn.Steps);
    }

    [Fact]
    public async Task A_step_that_stays_empty_is_neither_seen_nor_kept()
    {
        _turn.Output.Hold(new ModelOutputStep());
        Assert.Null(await _turn.Output.StopAsync(state: null, default));
        _turn.Output.Hold(new ThoughtStep());
        Assert.Null(await _turn.Output.StopAsync(state: null, default));
        await SayAsync(_turn.Output, "a");

        Assert.Equal(["start 0 model_output", "delta 0", "stop 0"], _turn.Story);
        Assert.Single(_turn.Steps);
    }

    [Fact]
    [Rule("TH-2")]
    public async Task A_thought_of_which_only_the_signature_came_is_kept()
    {
        _turn.Output.Hold(new ThoughtStep());
        await _turn.Output.AddAsync(new ThoughtSignatureDelta { Signature = "s" }, default);
        await _turn.Output.StopAsync(state: null, default);

        Assert.Equal(["""{"type":"thought","signature":"s"}"""], _turn.Steps);
    }

    [Theory]
    [InlineData(false, "The call was not made.")]
    [InlineData(true, "The call may or may not have taken effect.")]
    [Rule("SE-7")]
    public async Task A_call_whose_result_was_taken_back_is_answered_when_the_turn_ends(bool wasMade, string what)
    {
        var call = new FunctionCallStep { Id = "call_a", Name = "f", Arguments = JsonElement.Parse("{}") };
        await _turn.Output.PutAsync(call, state: null, default);
        _turn.Output.Owe([call]);
        if (wasMade)
        {
            _turn.Output.OnMade("call_a");
        }

        await _turn.Output.PutAsync(new FunctionResultStep { CallId = "call_a", Result = JsonElement.Parse("\"large\"") }, state: null, default);

        await _turn.Output.ReplaceFromAsync(1, default);
        await _turn.Output.AnswerOwedAsync("Not kept.", default);
        await _turn.Output.AnswerOwedAsync("Once.", default);

        Assert.Equal(
            ["function_call", EmptyThought, $$"""{"type":"function_result","call_id":"call_a","result":"Not kept. {{what}}","name":"f","is_error":true}"""],
            [JsonElement.Parse(_turn.Steps[0]).GetProperty("type").GetString()!, .. _turn.Steps.Skip(1)]);
    }

    [Fact]
    public void The_first_sign_of_the_model_is_told_when_it_pauses()
    {
        Assert.False(_turn.Output.HasBegun);

        _turn.Output.Show();
        Assert.False(_turn.Begun.Task.IsCompleted);

        _turn.Output.Hold(new ModelOutputStep());
        Assert.True(_turn.Output.HasBegun);
        _turn.Output.Show();

        Assert.True(_turn.Begun.Task.IsCompleted);
    }

    [Fact]
    public async Task The_first_sign_of_the_model_is_told_when_the_turn_waits_for_a_reader()
    {
        using var gone = new CancellationTokenSource();
        _turn.Output.Hold(new ModelOutputStep());
        ValueTask waiting;
        do
        {
            Assert.False(_turn.Begun.Task.IsCompleted);
            waiting = _turn.Output.AddAsync(new TextDelta { Text = new string('x', 10_000) }, gone.Token);
        }
        while (waiting.IsCompleted);

        // A reader who waits for this sign would never make the room that the turn waits for.
        Assert.True(_turn.Begun.Task.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
    }

    [Fact]
    [Rule("SE-6")]
    public async Task Arguments_that_came_with_the_start_follow_as_a_delta()
    {
        _turn.Output.Hold(Call("""{"city":"Bern"}"""));
        await _turn.Output.StopAsync(state: null, default);

        var start = Assert.IsType<FunctionCallStep>(Assert.IsType<StepStartEvent>(_turn.Events[0]).Step);
        Assert.Equal("{}", start.Arguments.GetRawText());
        Assert.Equal("""{"city":"Bern"}""", Assert.IsType<ArgumentsDelta>(Assert.IsType<StepDeltaEvent>(_turn.Events[1]).Delta).Arguments);
        Assert.Equal([StepJson.Of(Call("""{"city":"Bern"}"""))], _turn.Steps);
    }

    [Fact]
    [Rule("SE-6")]
    public async Task A_call_without_arguments_gets_an_empty_object_that_clients_can_read()
    {
        _turn.Output.Hold(Call("{}"));
        await _turn.Output.StopAsync(state: null, default);

        Assert.Equal(["start 0 function_call", "delta 0", "stop 0"], _turn.Story);
        Assert.Equal("{}", Assert.IsType<ArgumentsDelta>(Assert.IsType<StepDeltaEvent>(_turn.Events[1]).Delta).Arguments);
    }

    [Fact]
    public async Task Arguments_whose_brackets_were_left_open_are_closed_by_one_more_piece()
    {
        await CallAsync("""{"city":"Be""", "rn\"");

        Assert.Equal(["start 0 function_call", "delta 0", "delta 0", "delta 0", "stop 0"], _turn.Story);
        Assert.Equal([StepJson.Of(Call("""{"city":"Bern"}"""))], _turn.Steps);
    }

    [Fact]
    public async Task Arguments_that_were_mended_otherwise_begin_again_at_the_same_index()
    {
        await CallAsync("""{"city":"Bern",}""");

        Assert.Equal(["start 0 function_call", "delta 0", "start 0 function_call", "delta 0", "stop 0"], _turn.Story);
        Assert.Equal([StepJson.Of(Call("""{"city":"Bern"}"""))], _turn.Steps);
    }

    [Fact]
    [Rule("ER-4")]
    public async Task Arguments_that_cannot_be_read_are_a_malformed_call_that_leaves_nothing_to_answer()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => CallAsync("get_weather(Bern)"));
        Assert.Equal(ErrorCode.MalformedFunctionCall, refused.Code);

        await _turn.Output.CutAsync(default);

        Assert.Equal([EmptyThought], _turn.Steps);
        Assert.Equal(["start 0 function_call", "delta 0", "start 0 thought", "stop 0"], _turn.Story);
    }

    [Fact]
    public async Task Text_that_came_before_a_cut_is_kept()
    {
        _turn.Output.Hold(new ModelOutputStep());
        await _turn.Output.AddAsync(new TextDelta { Text = "half an ans" }, default);

        await _turn.Output.CutAsync(default);

        Assert.Equal(["start 0 model_output", "delta 0", "stop 0"], _turn.Story);
        Assert.Equal(["""{"type":"model_output","content":[{"type":"text","text":"half an ans"}]}"""], _turn.Steps);
    }

    [Fact]
    public async Task A_step_that_was_cut_before_its_first_piece_was_never_there()
    {
        _turn.Output.Hold(Call("{}"));

        await _turn.Output.CutAsync(default);

        Assert.Empty(_turn.Story);
        Assert.Empty(_turn.Steps);
    }

    [Fact]
    public async Task Half_a_call_is_replaced_by_an_empty_thought()
    {
        _turn.Output.Hold(Call("{}"));
        await _turn.Output.AddAsync(new ArgumentsDelta { Arguments = "{\"ci" }, default);

        await _turn.Output.CutAsync(default);

        Assert.Equal([EmptyThought], _turn.Steps);
    }

    [Fact]
    public async Task Cutting_when_nothing_is_open_changes_nothing()
    {
        await SayAsync(_turn.Output, "a");

        await _turn.Output.CutAsync(default);

        Assert.Single(_turn.Steps);
    }

    [Fact]
    public async Task Steps_that_a_former_owner_may_have_shown_are_replaced_after_a_take_over()
    {
        using var turn = new TurnRecording(shownThrough: 2);
        await SayAsync(turn.Output, "a");

        await turn.Output.ReplaceStaleAsync(default);

        Assert.Equal(["start 0 model_output", "delta 0", "stop 0", "start 1 thought", "stop 1", "start 2 thought", "stop 2"], turn.Story);
        Assert.Equal([EmptyThought, EmptyThought], turn.Steps[1..]);
    }

    [Fact]
    public async Task Nothing_is_replaced_when_the_new_owner_made_as_many_steps()
    {
        using var turn = new TurnRecording(shownThrough: 1);
        await SayAsync(turn.Output, "a");
        await SayAsync(turn.Output, "b");

        await turn.Output.ReplaceStaleAsync(default);

        Assert.Equal(2, turn.Steps.Length);
    }

    [Fact]
    public async Task Steps_of_calls_that_had_ended_stand_and_the_next_goes_on_behind_them()
    {
        using var turn = new TurnRecording(final: [new HistoryStep(new ThoughtStep { Signature = "kept" })]);

        await SayAsync(turn.Output, "a");

        Assert.Equal(["start 1 model_output", "delta 1", "stop 1"], turn.Story);
        Assert.Equal(2, turn.Steps.Length);
    }

    [Fact]
    public async Task Without_a_log_the_same_steps_are_kept()
    {
        var output = new TurnOutput(log: null, new TaskCompletionSource(), [], shownThrough: -1);

        await SayAsync(output, "Hel", "lo");

        Assert.Equal(["""{"type":"model_output","content":[{"type":"text","text":"Hello"}]}"""], StepJson.Of(output.Steps));
    }

    [Fact]
    public async Task At_most_one_begun_step_is_shown_that_the_journal_does_not_know()
    {
        var gate = new Gate();
        var journal = new MemoryJournal { Gate = gate };
        using var writer = SampleJournal.Over(journal, new ForeignReaders(new SingleNode(), new ManualTime()), new ManualTime());
        await writer.StartAsync(default);
        using var lost = new CancellationTokenSource();
        var log = new EventLog(new RunLease("int_1", "node", 1), writer, lost);
        var output = new TurnOutput(log, new TaskCompletionSource(), [], shownThrough: -1);
        await SayAsync(output, "first").OrTimeout("the first step, which waits for nothing");

        await SayAsync(output, "second").OrTimeout("the second step, which waits for nothing either");
        await gate.Reached.OrTimeout("the commit of the first step");
        Assert.Equal(1, StartsIn(log.Feed));

        journal.Gate = null;
        gate.Open();
        await log.WaitDurableAsync(log.LastNumber, CancellationToken.None).OrTimeout("the commit");
        Assert.Equal(2, StartsIn(log.Feed));
        await writer.StopAsync(default).OrTimeout("the writer stops");
    }

    private static int StartsIn(EventFeed feed)
    {
        feed.TryOpen(0, out var offset);
        feed.TryRead(ref offset, out _, out var frames);
        return EventFrame.ReadAll(frames).OfType<StepStartEvent>().Count();
    }

    private static FunctionCallStep Call(string arguments) => new() { Id = "call_1", Name = "get_weather", Arguments = JsonElement.Parse(arguments) };

    private static async Task SayAsync(TurnOutput output, params string[] pieces)
    {
        output.Hold(new ModelOutputStep());
        foreach (var piece in pieces)
        {
            await output.AddAsync(new TextDelta { Text = piece }, default);
        }

        await output.StopAsync(state: null, default);
    }

    private async Task CallAsync(params string[] pieces)
    {
        _turn.Output.Hold(Call("{}"));
        foreach (var piece in pieces)
        {
            await _turn.Output.AddAsync(new ArgumentsDelta { Arguments = piece }, default);
        }

        await _turn.Output.StopAsync(state: null, default);
    }
}
