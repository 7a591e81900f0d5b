using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>
/// What a new owner does with a turn whose owner is gone in the middle of its tools, over the real store (docs/decisions/0009). The former owner is not ended: it goes
/// on at the worst moment, and nothing that it does may count.
/// </summary>
public sealed class ToolRecoveryTests
{
    private const string Lookup = "crm__lookup";

    private static readonly ScriptedModel Says = ScriptedModel.Says("It is Ada.");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_was_started_is_made_again_only_when_it_is_repeatable(bool isRepeatable)
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Thinks("I look it up.", "s").Then.Calls(Lookup, """{"id":7}"""), Says),
            new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }, isRepeatable));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        var model = new ScriptedRounds(Says);
        var tools = new ScriptedTools().On("lookup", _ => Task.FromResult("Ada"), isRepeatable);
        await using var second = await TestNode.StartAsync(model, tools, takesOver: first);
        var ended = await second.FollowAsync(id);
        gate.Open(); // the dead one wakes up

        ended.AssertFold();
        Assert.Equal((InteractionStatus.Completed, 14L), (ended.Kept.Status, ended.Kept.Usage().TotalTokens));
        Assert.Equal(["thought", "mcp_server_tool_call", "mcp_server_tool_result", "model_output"], ended.Kept.Types()[..4]);
        Assert.Equal(isRepeatable ? ["""lookup {"id":7}"""] : [], tools.Calls);
        Assert.Contains(isRepeatable ? "Ada" : "may or may not have taken effect, and was not repeated", ended.Kept.Results()[0], StringComparison.Ordinal);
        var shown = Assert.Single(model.Requests).History[^1].Steps; // the round that stands was not made again
        Assert.Equal(["user_input", "thought", "mcp_server_tool_call", "mcp_server_tool_result"], shown.Select(s => s.Step.Type));
        Assert.Equal("up-1", shown[2].State!.CallId);
    }

    [Fact]
    public async Task Headers_of_a_server_are_nowhere_on_the_disk_while_a_run_waits_and_its_next_owner_has_them()
    {
        const string Secret = "Bearer s3cr3t-of-the-crm";
        var server = $$$"""{"type":"mcp_server","name":"crm","url":"https://crm.example/mcp","headers":{"Authorization":"{{{Secret}}}"}}""";
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}")), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background, tools: server));
        await gate.Reached.OrTimeout("the call");

        Assert.DoesNotContain("s3cr3t", first.Written(), StringComparison.Ordinal);
        Assert.Contains(id, first.Written(), StringComparison.Ordinal); // it was looked for in the right place

        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), tools, takesOver: first);
        var ended = await second.FollowAsync(id);

        Assert.Equal(InteractionStatus.Completed, ended.Kept.Status);
        Assert.Equal(Secret, Assert.IsType<McpServerTool>(tools.Declared).Headers!["Authorization"]);
    }

    [Fact]
    public async Task A_call_that_was_not_started_is_made()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, """{"n":1}""").Then.Calls(Lookup, """{"n":2}"""), Says),
            new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }),
            settings: ("Tools:MaxConcurrentCalls", "1"));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the first call");

        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), tools, takesOver: first);
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(["""lookup {"n":2}"""], tools.Calls);
        Assert.Equal(2, ended.Kept.Results().Length);
        Assert.Contains("Ada", ended.Kept.Results());
    }

    [Fact]
    public async Task A_call_whose_result_was_kept_is_never_made_again()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls("crm__quick", "{}").Then.Calls(Lookup, "{}"), Says),
            new ScriptedTools().Answers("quick", "kept").On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }, isRepeatable: true));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call that takes its time");
        await KeptAsync(first, id, value => value is StepStopEvent { Index: 2 });

        var tools = new ScriptedTools().On("quick", _ => Task.FromResult("again"), isRepeatable: true).On("lookup", _ => Task.FromResult("Ada"), isRepeatable: true);
        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), tools, takesOver: first);
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(["lookup {}"], tools.Calls);
        Assert.Equal(["kept", "Ada"], ended.Kept.Results());
    }

    [Fact]
    public async Task A_result_that_cannot_be_had_again_is_kept_at_once_while_the_model_still_thinks()
    {
        var (gate, journal) = (new Gate(), new MemoryJournal());
        await using var node = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Silent().Then.WaitsAt(gate)),
            new ScriptedTools().Answers("lookup", "Ada"),
            time: new ManualTime(), // nothing is kept because time goes by
            journal: journal);
        var id = await node.BeginAsync(ToolRequests.Of(ToolRequests.Background));

        await journal.CommitsAsync(2); // that of the call, and that of the result

        Assert.Contains(journal.BatchesOf(id).SelectMany(b => EventFrame.ReadAll(b.Frames)), value => value is StepStopEvent { Index: 1 });
        gate.Open();
    }

    [Fact]
    public async Task A_model_call_that_was_cut_is_made_again_behind_the_round_that_stands()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Says("It is").Then.Says("half").Then.WaitsAt(gate)),
            new ScriptedTools().Answers("lookup", "Ada"));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the second answer");
        await KeptAsync(first, id, value => value is StepStopEvent { Index: 2 });

        var (model, tools) = (new ScriptedRounds(Says), new ScriptedTools().Answers("lookup", "again"));
        await using var second = await TestNode.StartAsync(model, tools, takesOver: first);
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Empty(tools.Calls);
        Assert.Equal(["Ada"], ended.Kept.Results());
        Assert.Single(model.Requests);
        Assert.Equal("mcp_server_tool_call,mcp_server_tool_result,model_output,thought", string.Join(',', ended.Kept.Types().Take(4)));
        Assert.Equal(14L, ended.Kept.Usage().TotalTokens);
    }

    [Fact]
    public async Task The_next_owner_may_die_as_well()
    {
        var (a, b) = (new Gate(), new Gate());
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), Says), new ScriptedTools().On("lookup", async gone => { await a.PassAsync(gone); return "late"; }, isRepeatable: true));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await a.Reached.OrTimeout("the call");
        await using var second = await TestNode.StartAsync(
            new ScriptedRounds(Says), new ScriptedTools().On("lookup", async gone => { await b.PassAsync(gone); return "later"; }, isRepeatable: true), takesOver: first);
        await b.Reached.OrTimeout("the call of the second owner");

        var model = new ScriptedRounds(Says);
        await using var third = await TestNode.StartAsync(model, new ScriptedTools().On("lookup", _ => Task.FromResult("Ada"), isRepeatable: true), takesOver: first);
        var ended = await third.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(["Ada"], ended.Kept.Results());
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task A_tool_that_is_gone_is_told_and_its_calls_are_not_made()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}").Then.Calls(Lookup, "{}"), Says),
            new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }, isRepeatable: true),
            settings: ("Tools:MaxConcurrentCalls", "1"));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), new ScriptedTools().Answers("other", "x"), takesOver: first);
        var ended = await second.FollowAsync(id);

        Assert.Contains(ended.Kept.Results(), r => r.Contains("may or may not have taken effect", StringComparison.Ordinal));
        Assert.Contains(ended.Kept.Results(), r => r.Contains("no longer available", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_round_with_pending_calls_of_the_client_still_ends_as_requires_action_after_a_take_over()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls("get_weather", "{}").Then.Calls(Lookup, "{}")), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        var model = new ScriptedRounds(Says);
        await using var second = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", "Ada"), takesOver: first);
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(InteractionStatus.RequiresAction, ended.Kept.Status);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task A_call_that_is_made_after_a_take_over_passes_the_gate_again()
    {
        var rules = Path.GetTempFileName();
        File.WriteAllText(rules, """{"rules":[{"decision":"deny","tool":"crm__*","reason":"Closed since."}]}""");
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), Says), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }, isRepeatable: true));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        var tools = new ScriptedTools().On("lookup", _ => Task.FromResult("Ada"), isRepeatable: true);
        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), tools, takesOver: first, settings: ("Tools:Policy:RulesFile", rules));
        var ended = await second.FollowAsync(id);
        File.Delete(rules);

        Assert.Empty(tools.Calls);
        Assert.Contains("Closed since.", Assert.Single(ended.Kept.Results()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_given_up_leaves_no_call_without_a_result()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}")), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        await using var second = await TestNode.StartAsync(new ScriptedRounds(Says), new ScriptedTools(), takesOver: first, settings: ("Runs:MaxTakeOvers", "0"));
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(InteractionStatus.Failed, ended.Kept.Status);
        Assert.Single(ended.Kept.Results());
    }

    [Fact]
    public async Task A_planned_stop_hands_the_round_over_and_nothing_is_made_up_for_clients()
    {
        var gate = new Gate();
        await using var first = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), Says), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "late"; }, isRepeatable: true));
        var id = await first.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");
        await first.StopAsync();

        var model = new ScriptedRounds(Says);
        await using var second = await TestNode.StartAsync(model, new ScriptedTools().On("lookup", _ => Task.FromResult("Ada"), isRepeatable: true), takesOver: first);
        var ended = await second.FollowAsync(id);

        ended.AssertFold();
        Assert.Equal(["mcp_server_tool_call", "mcp_server_tool_result", "model_output"], ended.Kept.Types());
        Assert.Equal(["Ada"], ended.Kept.Results());
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task No_call_starts_before_its_start_is_durable()
    {
        IReadOnlyList<JournalBatch> seen = [];
        TestNode? node = null;
        var id = new TaskCompletionSource<string>();
        var tools = new ScriptedTools().On("lookup", async _ =>
        {
            seen = await node!.Get<IEventJournal>().ReadAsync("default", await id.Task, default, 100, CancellationToken.None);
            return "Ada";
        });
        await using (node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), Says), tools))
        {
            id.SetResult(await node.BeginAsync(ToolRequests.Of(ToolRequests.Background)));
            var ended = await node.FollowAsync(await id.Task);

            var standing = seen.Select(b => TurnCheckpoint.Read(b.Checkpoint)).Last(c => c is not null)!;
            var call = ((ICallStep)ended.Kept.Steps()[0]).Id;
            Assert.Equal((1, 1, call, call), (standing.Rounds, standing.Steps, standing.Calls.Single(), standing.Started.Single()));
            Assert.Contains(seen.SelectMany(b => EventFrame.ReadAll(b.Frames)), e => e is StepStopEvent { Index: 0 });
        }
    }

    [Fact]
    public async Task A_turn_without_tools_of_the_server_keeps_no_checkpoints()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("get_weather", "{}")), new ScriptedTools());

        var ended = await node.StreamAsync(ToolRequests.Of(ToolRequests.Streamed, ToolRequests.Weather));

        Assert.Equal(InteractionStatus.RequiresAction, ended.Kept.Status);
        Assert.Single(ended.Events.OfType<StatusUpdateEvent>());
    }

    /// <summary>Completes when the journal has an event.</summary>
    private static async Task KeptAsync(TestNode node, string id, Func<StreamEvent, bool> isIt)
    {
        await node.FollowUntilAsync(id, isIt).OrTimeout("the event is shown");
        var log = node.Get<RunRegistry>().Find(id)!.Log!;
        await log.WaitDurableAsync(log.LastNumber, CancellationToken.None).OrTimeout("the event is kept");
    }
}
