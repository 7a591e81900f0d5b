using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Tools;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>Answers that do not fit the schema that was asked for, in turns over the real store.</summary>
[Rule("SO-2")]
public sealed class AnswerRepairTests
{
    private const string Format =
        """  "response_format":{"type":"text","mime_type":"application/json","schema":{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}}""";

    private const string Good = """{"age":36}""";

    private static readonly ScriptedModel Wrong = ScriptedModel.Thinks("I recall.", "s").Then.Says("""{"age":""", "\"secret\"}");

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    [InlineData(",\"background\":true")]
    public async Task The_model_is_told_what_is_wrong_and_its_new_answer_takes_the_place_of_the_old_one(string mode)
    {
        var model = new ScriptedRounds(Wrong, ScriptedModel.Says(Good));
        await using var node = await TestNode.StartAsync(model);

        var kept = await RunAsync(node, mode, ToolRequests.Weather);

        Assert.Equal((InteractionStatus.Completed, Good, 14L, ""), (kept.Status, TextOf(kept), kept.Usage().TotalTokens, kept.Errors()));
        Assert.DoesNotContain("secret", string.Concat(kept.Steps().OfType<ThoughtStep>().SelectMany(t => t.Summary ?? []).OfType<TextContent>().Select(t => t.Text)), StringComparison.Ordinal);
        var again = model.Requests[1];
        Assert.Equal(["user_input", "thought", "model_output", "user_input"], again.History[^1].Steps.Select(s => s.Step.Type));
        var told = Assert.IsType<TextContent>(Assert.Single(((UserInputStep)again.History[^1].Steps[^1].Step).Content)).Text;
        Assert.Contains("at '/age': ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        Assert.Equal("none", again.Config.ToolChoice!.Text);
        Assert.Single(again.Functions); // still declared
    }

    [Fact]
    public async Task It_is_asked_again_twice_at_most_and_the_last_answer_is_given_with_a_word()
    {
        var model = new ScriptedRounds(Wrong, ScriptedModel.Says("Thirty-six."), ScriptedModel.Says("""{"age":"36"}"""));
        await using var node = await TestNode.StartAsync(model);

        var kept = await RunAsync(node, ",\"stream\":true");

        Assert.Equal((3, """{"age":"36"}""", 21L), (model.Requests.Count, TextOf(kept), kept.Usage().TotalTokens));
        Assert.Contains("does not fit the schema: #/age type", kept.Errors(), StringComparison.Ordinal);
        Assert.Contains("it is not JSON", Told(model.Requests[2]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public async Task How_often_is_a_setting(int most, int asked)
    {
        var model = new ScriptedRounds(Wrong);
        await using var node = await TestNode.StartAsync(model, settings: ("Runs:MaxRepairs", $"{most}"));

        await RunAsync(node, ",\"stream\":true");

        Assert.Equal(asked, model.Requests.Count);
    }

    public static TheoryData<string> Troubles => ["refused", "broken off", "cut", "blocked", "calls"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task When_asking_again_fails_the_answer_that_was_there_stands(string trouble)
    {
        var second = trouble switch
        {
            "refused" => ScriptedModel.Silent().Then.Fails(ErrorCode.ServiceUnavailable, "Not now."),
            "broken off" => ScriptedModel.Thinks("Again.", "t").Then.Says("{\"ag").Then.Fails(ErrorCode.ServiceUnavailable, "Gone."),
            "cut" => ScriptedModel.Says("{\"ag").Then.Stops(ModelStopReason.TokenLimit),
            "blocked" => ScriptedModel.Says("{\"ag").Then.Stops(ModelStopReason.Blocked, new ModelFault(ErrorCode.Safety, "No.")),
            _ => ScriptedModel.Calls("get_weather", "{}"),
        };
        var model = new ScriptedRounds(Wrong, second);
        await using var node = await TestNode.StartAsync(model);

        var kept = await RunAsync(node, ",\"stream\":true", ToolRequests.Weather);

        Assert.Equal((InteractionStatus.Completed, """{"age":"secret"}"""), (kept.Status, TextOf(kept)));
        Assert.Equal(["thought", "model_output"], kept.Types()[..2]);
        Assert.Contains("does not fit the schema", kept.Errors(), StringComparison.Ordinal);
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task What_tools_brought_stays_and_is_not_asked_for_again()
    {
        var model = new ScriptedRounds(ScriptedModel.Calls("crm__lookup", "{}"), Wrong, ScriptedModel.Says(Good));
        var tools = new ScriptedTools().Answers("lookup", "36");
        await using var node = await TestNode.StartAsync(model, tools);

        var kept = await RunAsync(node, ",\"stream\":true", ToolRequests.Crm);

        Assert.Equal(["mcp_server_tool_call", "mcp_server_tool_result"], kept.Types()[..2]);
        Assert.Equal((Good, 21L), (TextOf(kept), kept.Usage().TotalTokens));
        Assert.Single(tools.Calls);
        Assert.Equal("none", model.Requests[2].Config.ToolChoice!.Text);
    }

    [Fact]
    public async Task An_answer_that_fits_or_waits_for_the_client_is_no_reason_to_ask_again()
    {
        var (fits, waits) = (new ScriptedRounds(ScriptedModel.Says(Good)), new ScriptedRounds(ScriptedModel.Says("Let me see.").Then.Calls("get_weather", "{}")));
        await using var first = await TestNode.StartAsync(fits);
        await using var second = await TestNode.StartAsync(waits);

        Assert.Equal(InteractionStatus.Completed, (await RunAsync(first, ",\"stream\":true", ToolRequests.Weather)).Status);
        Assert.Equal(InteractionStatus.RequiresAction, (await RunAsync(second, ",\"stream\":true", ToolRequests.Weather)).Status);

        Assert.Equal((1, 1), (fits.Requests.Count, waits.Requests.Count));
    }

    private static async Task<StoredInteraction> RunAsync(TestNode node, string mode, string tools = "")
    {
        var request = tools.Length > 0 ? ToolRequests.Of(Format + mode, tools) : $$"""{"model":"scripted/model","input":"How old is Ada?",{{Format}}{{mode}}}""";
        if (mode.Length == 0)
        {
            return await node.AskAsync(request);
        }

        var ended = mode.Contains("background", StringComparison.Ordinal) ? await node.FollowAsync(await node.BeginAsync(request)) : await node.StreamAsync(request);
        ended.AssertFold();
        return ended.Kept;
    }

    private static string TextOf(StoredInteraction kept) => string.Concat(kept.Steps().OfType<ModelOutputStep>().SelectMany(o => o.Content).OfType<TextContent>().Select(t => t.Text));

    private static string Told(ModelRequest request) => ((TextContent)((UserInputStep)request.History[^1].Steps[^1].Step).Content[0]).Text;
}
