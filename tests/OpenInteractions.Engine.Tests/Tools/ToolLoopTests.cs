using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tests.Turns;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class ToolLoopTests
{
    private const string Lookup = "crm__lookup";

    [Fact]
    [Rule("TL-1")]
    [Rule("TL-2")]
    public async Task The_server_runs_its_tool_and_asks_the_model_again_with_what_came_of_it()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada, customer since 1843");
        var model = new ScriptedRounds(ScriptedModel.Calls(Lookup, """{"id":""", "7}"), ScriptedModel.Says("It is Ada."));
        await using var node = await TestNode.StartAsync(model, tools);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal((InteractionStatus.Completed, 14L), (kept.Status, kept.Usage().TotalTokens));
        Assert.Equal(["mcp_server_tool_call", "mcp_server_tool_result", "model_output"], kept.Types());
        var call = Assert.IsType<McpServerToolCallStep>(kept.Steps()[0]);
        Assert.Equal(("lookup", "crm", """{"id":7}"""), (call.Name, call.ServerName, call.Arguments.GetRawText()));
        Assert.StartsWith("call_", call.Id, StringComparison.Ordinal);
        Assert.Equal(call.Id, ((IResultStep)kept.Steps()[1]).CallId);
        Assert.Equal(["""lookup {"id":7}"""], tools.Calls);
        Assert.Equal([Lookup, "get_weather"], model.Requests[0].Functions.Select(f => f.Name));
        Assert.Equal(["user_input", "mcp_server_tool_call", "mcp_server_tool_result"], model.Requests[1].History[^1].Steps.Select(s => s.Step.Type));
        Assert.Equal((kept.Id, kept.Id, "default"), (tools.Opened.Single().InteractionId, tools.Opened.Single().RootId, tools.Opened.Single().Project));
        Assert.Equal(1, tools.Closed);
    }

    [Fact]
    [Rule("SE-7")]
    [Rule("SE-13")]
    [Rule("BG-9")]
    public async Task A_stream_tells_the_call_as_a_shell_its_payload_and_its_end()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, """{"id":7}"""), ScriptedModel.Says("It is ", "Ada.")), tools);

        var ended = await node.StreamAsync(ToolRequests.Of(ToolRequests.Streamed));

        ended.AssertFold();
        var start = ended.Events.OfType<StepStartEvent>().First();
        Assert.Equal("{}", Assert.IsType<McpServerToolCallStep>(start.Step).Arguments.GetRawText());
        Assert.Equal("""{"id":7}""", Assert.IsType<McpServerToolCallDelta>(Assert.Single(ended.Events.OfType<StepDeltaEvent>(), d => d.Index == 0).Delta).Arguments.GetRawText());
        Assert.IsType<McpServerToolResultDelta>(Assert.Single(ended.Events.OfType<StepDeltaEvent>(), d => d.Index == 1).Delta);
        Assert.Equal(ended.Events.Select(e => e.EventId).Distinct().Count(), ended.Events.Count);
        var completed = Assert.IsType<InteractionCompletedEvent>(ended.Events[^1]).Interaction;
        Assert.Equal((InteractionStatus.Completed, 14L), (completed.Status, completed.Usage!.TotalTokens));
    }

    [Fact]
    [Rule("SE-13")]
    public async Task The_derived_events_of_a_plain_answer_tell_the_same_steps_as_a_stream()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, """{"id":7}"""), ScriptedModel.Says("It is Ada.")), new ScriptedTools().Answers("lookup", "Ada"));

        var kept = await node.AskAsync(ToolRequests.Of());

        var events = EventFrame.ReadAll(DerivedEvents.Of(kept).Frames).ToArray();
        (kept, (IReadOnlyList<StreamEvent>)events).AssertFold();
        Assert.IsType<McpServerToolCallDelta>(Assert.Single(events.OfType<StepDeltaEvent>(), d => d.Index == 0).Delta);
    }

    [Fact]
    [Rule("TL-1")]
    [Rule("TL-5")]
    [Rule("FN-1")]
    public async Task A_round_with_both_kinds_of_calls_runs_the_servers_first_and_leaves_the_clients_pending()
    {
        var model = new ScriptedRounds(ScriptedModel.Calls("get_weather", """{"city":"Bern"}""").Then.Calls(Lookup, "{}"), ScriptedModel.Says("Sunny for Ada."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", "Ada"));

        var first = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.RequiresAction, first.Status);
        Assert.Equal(["function_call", "mcp_server_tool_call", "mcp_server_tool_result"], first.Types());
        Assert.Single(model.Requests);

        var id = ((FunctionCallStep)first.Steps()[0]).Id;
        var second = await node.AskAsync($$"""{"model":"scripted/model","previous_interaction_id":"{{first.Id}}","input":[{"type":"function_result","call_id":"{{id}}","result":"sunny"}],"tools":[{{ToolRequests.Crm}},{{ToolRequests.Weather}}]}""");

        Assert.Equal(InteractionStatus.Completed, second.Status);
        var seen = model.Requests[1].History.SelectMany(t => t.Steps).ToArray();
        Assert.Equal(["user_input", "function_call", "mcp_server_tool_call", "mcp_server_tool_result", "function_result"], seen.Select(s => s.Step.Type));
        Assert.Equal([Lookup, "get_weather"], seen.Where(s => s.Step is IResultStep).Select(s => s.CallName));
        Assert.Equal(["up-2", "up-1"], seen.Where(s => s.Step is IResultStep).Select(s => s.CallIdFor("scripted")));
    }

    [Fact]
    public async Task Calls_run_side_by_side()
    {
        var slow = new Gate();
        var tools = new ScriptedTools().On("slow", async gone => { await slow.PassAsync(gone); return "slow"; }).On("fast", async gone => { await slow.Reached.WaitAsync(gone); return "fast"; });
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("crm__slow", "{}").Then.Calls("crm__fast", "{}"), ScriptedModel.Says("Done.")), tools);

        var streamed = (CreatedInteraction.Streamed)await node.CreateAsync(ToolRequests.Of(ToolRequests.Streamed));
        await slow.Reached.OrTimeout("the slow call");
        slow.Open();
        var ended = await node.FollowAsync(streamed.Id);

        ended.AssertFold();
        Assert.Equal(InteractionStatus.Completed, ended.Kept.Status);
        Assert.Equal(["fast", "slow"], ended.Kept.Results().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_result_that_came_first_is_the_first_step()
    {
        var gate = new Gate();
        var tools = new ScriptedTools().On("slow", async gone => { await gate.PassAsync(gone); return "slow"; }).Answers("fast", "fast");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("crm__slow", "{}").Then.Calls("crm__fast", "{}"), ScriptedModel.Says("Done.")), tools);
        var id = await node.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the slow call");
        var following = node.FollowUntilAsync(id, value => value is StepStopEvent { Index: 2 });
        await following.OrTimeout("the result of the fast call, while the slow one runs");
        gate.Open();

        var ended = await node.FollowAsync(id);

        Assert.Equal(["fast", "slow"], ended.Kept.Results());
        ended.AssertFold();
    }

    [Fact]
    [Rule("FN-11")]
    public async Task A_call_of_a_tool_that_is_not_declared_is_unexpected()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("erp__lookup", "{}")), new ScriptedTools().Answers("lookup", "Ada"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Failed, kept.Status);
        Assert.Contains("unexpected_tool_call", kept.Errors(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_share_a_line_are_made_one_after_the_other_in_their_order()
    {
        var (gate, hasBegun) = (new Gate(), false);
        var tools = new ScriptedTools { Line = new object() }
            .On("write", async gone => { await gate.PassAsync(gone); return Volatile.Read(ref hasBegun) ? "overtaken" : "written"; })
            .On("read", _ => { Volatile.Write(ref hasBegun, true); return Task.FromResult("read"); });
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("crm__write", "{}").Then.Calls("crm__read", "{}"), ScriptedModel.Says("Done.")), tools);
        var id = await node.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the first call");
        gate.Open();

        var ended = await node.FollowAsync(id);

        Assert.Equal(["written", "read"], ended.Kept.Results());
        Assert.Equal(["write {}", "read {}"], tools.Calls);
    }

    [Fact]
    public async Task A_call_beside_one_that_ends_the_turn_is_told_as_not_made()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}").Then.Calls("erp__lookup", "{}")), tools);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Failed, kept.Status);
        Assert.Empty(tools.Calls);
        Assert.Equal(["The interaction failed before the call had a result. The call was not made."], kept.Results());
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_call_of_a_tool_that_the_choice_does_not_allow_is_not_made()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada").Answers("erase", "gone");
        var model = new ScriptedRounds(ScriptedModel.Calls("crm__erase", "{}"));
        await using var node = await TestNode.StartAsync(model, tools);

        var kept = await node.AskAsync(ToolRequests.Of("""
            "generation_config":{"tool_choice":{"allowed_tools":{"mode":"auto","tools":["crm__lookup","get_weather"]}}}
            """));

        Assert.Contains("unexpected_tool_call", kept.Errors(), StringComparison.Ordinal);
        Assert.Empty(tools.Calls);
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_function_of_the_client_beside_tools_of_the_server_keeps_to_the_choice_too()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("get_weather", "{}")), new ScriptedTools().Answers("lookup", "Ada"));

        var kept = await node.AskAsync(ToolRequests.Of("""
            "generation_config":{"tool_choice":{"allowed_tools":{"mode":"auto","tools":["crm__lookup"]}}}
            """));

        Assert.Contains("unexpected_tool_call", kept.Errors(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_server_in_allowed_tools_means_all_its_functions_and_who_had_to_call_may_then_answer()
    {
        var model = new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Says("Done."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", "Ada").Answers("erase", "gone"));

        await node.AskAsync(ToolRequests.Of("""
            "generation_config":{"tool_choice":{"allowed_tools":{"mode":"any","tools":["crm"]}}}
            """));

        var choices = model.Requests.Select(r => r.Config.ToolChoice!.Value!.AllowedTools).ToArray();
        Assert.Equal([Lookup, "crm__erase"], choices[0].Tools);
        Assert.Equal(["any", "auto"], choices.Select(c => c.Mode));
    }

    [Theory]
    [InlineData("other__lookup")]
    [InlineData("lookup")]
    public async Task A_name_in_allowed_tools_that_can_be_of_nothing_declared_is_refused_before_the_run(string name)
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("a")), new ScriptedTools().Answers("lookup", "Ada"));

        var refused = await Assert.ThrowsAsync<ApiException>(() => node.BeginAsync(ToolRequests.Of(
            ToolRequests.Background + ",\"generation_config\":{\"tool_choice\":{\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[\"" + name + "\"]}}}")));

        Assert.Equal((ErrorCode.InvalidRequest, "generation_config.tool_choice.allowed_tools.tools[0]"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task A_function_that_allowed_tools_names_and_no_tool_has_is_refused()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("a")), new ScriptedTools().Answers("lookup", "Ada"));

        var refused = await Assert.ThrowsAsync<ApiException>(() => node.AskAsync(ToolRequests.Of("""
            "generation_config":{"tool_choice":{"allowed_tools":{"mode":"auto","tools":["crm__nothing"]}}}
            """)));

        Assert.Equal((ErrorCode.InvalidRequest, "generation_config.tool_choice.allowed_tools.tools[0]"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task A_clash_of_names_is_refused_and_names_both()
    {
        var model = new ScriptedRounds(ScriptedModel.Says("a"));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", "Ada"));

        var refused = await Assert.ThrowsAsync<ApiException>(() => node.AskAsync(ToolRequests.Of(tools: ToolRequests.Crm + """,{"type":"function","name":"crm__lookup"}""")));

        Assert.Equal((ErrorCode.InvalidRequest, "tools[1]"), (refused.Code, refused.Field));
        Assert.Contains("the server 'crm' ('tools[0]')", refused.Message, StringComparison.Ordinal);
        Assert.Contains("the function 'tools[1]'", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Give the function, or the server, another name.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task A_declaration_that_its_kind_does_not_take_and_one_without_a_kind_are_refused_at_once()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("a")), new ScriptedTools());

        var missing = await Assert.ThrowsAsync<ApiException>(() => node.AskAsync(ToolRequests.Of(tools: """{"type":"mcp_server","name":"crm"}""")));
        var unknown = await Assert.ThrowsAsync<ApiException>(() => node.AskAsync(ToolRequests.Of(tools: """{"type":"google_search"}""")));

        Assert.Equal(("tools[0].url", ErrorCode.FailedPrecondition, "tools[0]"), (missing.Field, unknown.Code, unknown.Field));
    }

    [Theory]
    [InlineData("""{"id":""")]
    [InlineData("""{"id":1""")]
    [InlineData("{")]
    [InlineData("")]
    [Rule("SM-2")]
    public async Task A_call_that_a_limit_cut_is_not_made_and_one_that_was_whole_is(string cut)
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        var model = new ScriptedRounds(ScriptedModel.Calls(Lookup, """{"id":7}""").Then.Calls(Lookup, cut).Then.Stops(ModelStopReason.TokenLimit));
        await using var node = await TestNode.StartAsync(model, tools);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Incomplete, kept.Status);
        Assert.Equal(["""lookup {"id":7}"""], tools.Calls);
        Assert.Equal(["mcp_server_tool_call", "mcp_server_tool_result"], kept.Types());
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task A_fault_of_a_tool_is_told_to_the_model_without_its_text()
    {
        var tools = new ScriptedTools().On("lookup", new Func<CancellationToken, Task<string>>(_ => throw new InvalidOperationException("secret path /etc/x")));
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Says("It failed.")), tools);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.True(Assert.IsType<McpServerToolResultStep>(kept.Steps()[1]).IsError);
        Assert.DoesNotContain("secret", kept.Results()[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocked_output_makes_no_calls_and_leaves_none_open()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}").Then.Stops(ModelStopReason.Blocked, new ModelFault(ErrorCode.Safety, "No."))), tools);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Failed, kept.Status);
        Assert.Equal(["mcp_server_tool_call", "mcp_server_tool_result"], kept.Types());
        Assert.Empty(tools.Calls);
    }

    [Fact]
    public async Task A_model_call_that_fails_in_a_later_round_keeps_what_stands_and_what_was_used()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Silent().Then.Fails(ErrorCode.ServiceUnavailable, "Gone.")), new ScriptedTools().Answers("lookup", "Ada"));

        var ended = await node.StreamAsync(ToolRequests.Of(ToolRequests.Streamed));

        Assert.Equal((InteractionStatus.Failed, 7L), (ended.Kept.Status, ended.Kept.Usage().TotalTokens));
        Assert.Equal(["Ada"], ended.Kept.Results());
        ended.AssertFold();
    }

    [Fact]
    [Rule("BG-3")]
    public async Task A_cancel_in_the_middle_of_a_call_ends_the_run_and_the_call_has_a_result()
    {
        var gate = new Gate();
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}")), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "Ada"; }));
        var id = await node.BeginAsync(ToolRequests.Of(ToolRequests.Background));
        await gate.Reached.OrTimeout("the call");

        await node.CancelAsync(id);
        var ended = await node.FollowAsync(id);

        Assert.Equal(InteractionStatus.Cancelled, ended.Kept.Status);
        Assert.Contains("may or may not have taken effect", Assert.Single(ended.Kept.Results()), StringComparison.Ordinal);
        ended.AssertFold();
    }

    [Fact]
    public async Task The_deadline_ends_a_run_in_the_middle_of_a_call()
    {
        var gate = new Gate();
        await using var node = await TestNode.StartAsync(
            new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}")), new ScriptedTools().On("lookup", async gone => { await gate.PassAsync(gone); return "Ada"; }), settings: ("Runs:Deadline", "00:00:01"));

        var ended = await node.StreamAsync(ToolRequests.Of(ToolRequests.Streamed));

        Assert.Equal(InteractionStatus.Failed, ended.Kept.Status);
        Assert.Contains("deadline_exceeded", ended.Kept.Errors(), StringComparison.Ordinal);
        Assert.Single(ended.Kept.Results());
        ended.AssertFold();
    }

    [Fact]
    [Rule("ST-19")]
    public async Task A_later_turn_shows_the_model_the_same_history_whether_it_is_remembered_or_read()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        var model = new ScriptedRounds(ScriptedModel.Says("Hello."), ScriptedModel.Calls(Lookup, "{}"), ScriptedModel.Says("It is Ada."), ScriptedModel.Says("Yes."));
        await using var node = await TestNode.StartAsync(model, tools);
        var first = await node.AskAsync("""{"model":"scripted/model","input":"hi"}""");
        var second = await node.AskAsync(ToolRequests.Of($"\"previous_interaction_id\":\"{first.Id}\""));
        await node.AskAsync($$"""{"model":"scripted/model","input":"sure?","previous_interaction_id":"{{second.Id}}"}""");
        await using var other = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("Yes.")), takesOver: node);
        var reader = (ScriptedRounds)other.Get<IModelProvider>();

        await other.AskAsync($$"""{"model":"scripted/model","input":"sure?","previous_interaction_id":"{{second.Id}}"}""");

        var remembered = model.Requests[^1].History.SelectMany(t => t.Steps).ToArray();
        var read = reader.Requests[^1].History.SelectMany(t => t.Steps).ToArray();
        Assert.Equal(StepJson.Of(read), StepJson.Of(remembered));
        Assert.Equal(read.Select(s => (s.CallName, s.State?.CallId)), remembered.Select(s => (s.CallName, s.State?.CallId)));
        Assert.Equal((Lookup, "up-1"), read.Where(s => s.Step is IResultStep).Select(s => (s.CallName!, s.State!.CallId!)).Single());
    }
}
