using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class ToolLimitTests
{
    private const string Lookup = "crm__lookup";

    private static ScriptedModel Calls => ScriptedModel.Calls(Lookup, "{}");

    [Fact]
    public async Task In_the_last_round_the_tools_are_withdrawn()
    {
        var model = new ScriptedRounds(Calls, Calls, ScriptedModel.Says("Enough."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", "Ada"), settings: ("Tools:MaxRounds", "3"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Equal([null, null, ToolChoiceMode.None], model.Requests.Select(r => r.Config.ToolChoice?.Text));
        Assert.All(model.Requests, r => Assert.Equal(2, r.Functions.Count)); // declared all the same: vendors want the functions of their history
    }

    [Fact]
    public async Task A_model_that_calls_although_it_must_answer_fails_the_turn()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(Calls), tools, settings: ("Tools:MaxRounds", "3"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Contains("too_many_tool_calls", kept.Errors(), StringComparison.Ordinal);
        Assert.Equal(2, tools.Calls.Count);
        Assert.Equal(2, kept.Results().Length);
    }

    [Fact]
    public async Task Calls_beyond_the_most_of_a_turn_are_answered_and_not_made()
    {
        var tools = new ScriptedTools().Answers("lookup", "Ada");
        var model = new ScriptedRounds(Calls.Then.Calls(Lookup, """{"n":2}""").Then.Calls(Lookup, """{"n":3}"""), ScriptedModel.Says("Enough."));
        await using var node = await TestNode.StartAsync(model, tools, settings: ("Tools:MaxCalls", "2"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(2, tools.Calls.Count);
        Assert.Contains("at most 2 calls", Assert.Single(kept.Results(), r => r != "Ada"), StringComparison.Ordinal);
        Assert.Equal(ToolChoiceMode.None, model.Requests[1].Config.ToolChoice?.Text);
    }

    [Fact]
    public async Task Results_for_which_a_turn_has_no_room_are_dropped_and_the_model_is_told_so()
    {
        var tools = new ScriptedTools().Answers("lookup", new string('x', 400_000));
        var model = new ScriptedRounds(Calls.Then.Calls(Lookup, """{"n":2}"""), Calls, ScriptedModel.Says("Enough."));
        await using var node = await TestNode.StartAsync(model, tools, settings: [("Tools:MaxResultLength", "1000000"), ("Tools:MaxResultBytes", "1000000")]);

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Equal(3, tools.Calls.Count);
        Assert.Equal([400_000, 400_000], kept.Results()[..2].Select(r => r.Length));
        Assert.Contains("may have 1000000 bytes together", kept.Results()[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_calls_run_at_the_same_time_than_may()
    {
        var (most, now) = (0, 0);
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tools = new ScriptedTools().On("lookup", async gone =>
        {
            var running = Interlocked.Increment(ref now);
            most = Math.Max(most, running);
            if (running == 2)
            {
                both.TrySetResult();
            }

            await both.Task.WaitAsync(gone);
            Interlocked.Decrement(ref now);
            return "Ada";
        });
        var model = new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}").Then.Calls(Lookup, "{}").Then.Calls(Lookup, "{}").Then.Calls(Lookup, "{}"), ScriptedModel.Says("Done."));
        await using var node = await TestNode.StartAsync(model, tools, settings: ("Tools:MaxConcurrentCalls", "2"));

        var kept = await node.AskAsync(ToolRequests.Of()).OrTimeout("the answer");

        Assert.Equal((2, 4), (most, kept.Results().Length));
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_given_up_also_when_it_does_not_listen()
    {
        var never = new TaskCompletionSource<string>();
        var model = new ScriptedRounds(Calls, ScriptedModel.Says("It took too long."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().On("lookup", _ => never.Task), settings: ("Tools:CallTimeout", "00:00:00.100"));

        var kept = await node.AskAsync(ToolRequests.Of()).OrTimeout("the answer");

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Contains("took longer than", Assert.Single(kept.Results()), StringComparison.Ordinal);
        Assert.True(Assert.IsType<McpServerToolResultStep>(kept.Steps()[1]).IsError);
    }

    [Fact]
    public async Task A_long_result_is_cut_and_says_so()
    {
        var model = new ScriptedRounds(Calls, ScriptedModel.Says("Long."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Answers("lookup", new string('x', 5000)), settings: ("Tools:MaxResultLength", "1000"));

        var kept = await node.AskAsync(ToolRequests.Of());

        var text = Assert.Single(kept.Results());
        Assert.StartsWith(new string('x', 1000) + "\n", text, StringComparison.Ordinal);
        Assert.Contains("the first 1000 of 5000 characters", text, StringComparison.Ordinal);
        Assert.Contains("the first 1000 of 5000 characters", ((McpServerToolResultStep)model.Requests[1].History[^1].Steps[^1].Step).Result.GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_of_tool_with_limits_of_its_own_has_those_and_not_the_general_ones()
    {
        var never = new TaskCompletionSource<string>();
        var tools = new ScriptedTools { Limits = new CallLimits(TimeSpan.FromMilliseconds(100), MaxResultLength: 2000) }.Answers("lookup", new string('x', 5000)).On("hang", _ => never.Task);
        var model = new ScriptedRounds(ScriptedModel.Calls(Lookup, "{}").Then.Calls("crm__hang", "{}"), ScriptedModel.Says("Done."));
        await using var node = await TestNode.StartAsync(model, tools, settings: [("Tools:MaxResultLength", "1000"), ("Tools:CallTimeout", "01:00:00")]);

        var kept = await node.AskAsync(ToolRequests.Of()).OrTimeout("the answer");

        Assert.Contains(kept.Results(), r => r.Contains("the first 2000 of 5000 characters", StringComparison.Ordinal));
        Assert.Contains(kept.Results(), r => r.Contains("took longer than 00:00:00.1000000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"0123456789"},{"type":"image","data":"AAAA","mime_type":"image/png"},{"type":"text","text":"abc"}]""", 12, "0123456789|image|ab|of 13")]
    [InlineData("\"01234😀\"", 6, "01234\n")]
    [InlineData("""{"a":"0123456789"}""", 5, "{\"a\":\n")]
    [InlineData("""{"a":1}""", 7, "{\"a\":1}")]
    public void Text_is_cut_wherever_it_stands_and_never_inside_a_character(string result, int most, string expected)
    {
        var bounded = (McpServerToolResultStep)new ResultLength(new SealedReadings(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize])), "p").Bound(new McpServerToolResultStep { CallId = "c", Result = System.Text.Json.JsonElement.Parse(result) }, most);

        var text = bounded.Result.ValueKind == System.Text.Json.JsonValueKind.Array
            ? string.Join('|', bounded.Result.EnumerateArray().Select(b => b.TryGetProperty("text", out var t) ? t.GetString() : b.GetProperty("type").GetString()))
            : Engine.Providers.ToolResult.Text(bounded.Result);
        if (expected.EndsWith("of 13", StringComparison.Ordinal))
        {
            Assert.StartsWith(expected[..^5], text, StringComparison.Ordinal);
            Assert.Contains("of 13", text, StringComparison.Ordinal);
        }
        else
        {
            Assert.StartsWith(expected, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_model_that_repeats_the_same_failing_call_is_told_so_and_then_must_answer()
    {
        var model = new ScriptedRounds(Calls, Calls, Calls, ScriptedModel.Says("I give up."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Fails("lookup", "no such customer"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Equal("no such customer", kept.Results()[0]);
        Assert.Contains("failed 2 times", kept.Results()[1], StringComparison.Ordinal);
        Assert.Contains("failed 3 times", kept.Results()[2], StringComparison.Ordinal);
        Assert.Equal([null, null, null, ToolChoiceMode.None], model.Requests.Select(r => r.Config.ToolChoice?.Text));
    }

    [Fact]
    public async Task Failing_calls_with_other_arguments_are_no_repetition()
    {
        var model = new ScriptedRounds(Calls, ScriptedModel.Calls(Lookup, """{"id":1}"""), ScriptedModel.Calls(Lookup, """{"id":2}"""), ScriptedModel.Says("I give up."));
        await using var node = await TestNode.StartAsync(model, new ScriptedTools().Fails("lookup", "no such customer"));

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Equal(["no such customer", "no such customer", "no such customer"], kept.Results());
        Assert.All(model.Requests, r => Assert.Null(r.Config.ToolChoice));
    }
}
