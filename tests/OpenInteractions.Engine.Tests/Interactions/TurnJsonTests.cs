using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class TurnJsonTests
{
    [Fact]
    public void Steps_survive_being_kept()
    {
        IReadOnlyList<Step> steps = [.. EveryStep.All, .. EveryStep.BeyondDeltas];

        Assert.Equal(StepJson.Of(steps), StepJson.Of(TurnJson.ReadSteps(TurnJson.WriteSteps(steps))));
        Assert.Empty(TurnJson.ReadSteps(default));
        Assert.Equal("[]", Encoding.UTF8.GetString(TurnJson.WriteSteps([]).Span));
    }

    [Fact]
    public void What_providers_left_comes_back_to_its_step()
    {
        HistoryStep[] output = [Say("a"), Call("call_1", "f", new ProviderState("openai", "gpt", "up-1", JsonElement.Parse("""{"item":[1]}"""))), Say("b")];

        var turn = TurnJson.ToTurn(Stored([Say("question")], output), []);

        Assert.True(turn.IsSettled);
        Assert.Equal([null, null, "up-1", null], turn.Steps.Select(s => s.State?.CallId));
        Assert.Equal("""{"item":[1]}""", turn.Steps[2].State!.Data!.Value.GetRawText());
        Assert.True(TurnJson.WriteStates([Say("a")]).IsEmpty);
    }

    [Fact]
    [Rule("FN-2")]
    public void Answers_come_first_in_whatever_order_the_client_put_them()
    {
        HistoryStep[] before = [Call("call_1", "a"), Call("call_2", "b")];

        var view = TurnJson.ModelView([Say("and then"), Result("call_2"), Say("also"), Result("call_1")], before);

        Assert.Equal(["function_result call_2", "function_result call_1", "and then", "also"], view.Select(Tell));
    }

    [Fact]
    [Rule("FN-1")]
    public void An_answer_gets_its_calls_name_and_upstream_id()
    {
        HistoryStep[] before = [Call("call_1", "get_weather", new ProviderState("openai", "gpt", "up-7", null))];

        var answer = Assert.Single(TurnJson.ModelView([Result("call_1")], before));

        Assert.Equal(("get_weather", "up-7"), (answer.CallName, answer.CallIdFor("openai")));
        Assert.Equal("call_1", answer.CallIdFor("anthropic"));
    }

    [Fact]
    [Rule("FN-7")]
    [Rule("ST-15")]
    public void A_history_that_the_client_sends_stays_in_its_order_and_is_resolved_within_itself()
    {
        HistoryStep[] own = [Say("q"), Call("call_1", "f"), Result("call_1"), Say("a"), Call("call_2", "g"), Result("call_2")];

        var view = TurnJson.ModelView(own, []);

        Assert.Equal(["q", "function_call call_1", "function_result call_1", "a", "function_call call_2", "function_result call_2"], view.Select(Tell));
        Assert.Equal(["f", "g"], view.Where(s => s.Step is IResultStep).Select(s => s.CallName!));
    }

    [Fact]
    public void An_own_call_wins_over_one_of_the_parent_with_the_same_id()
    {
        var view = TurnJson.ModelView([Call("same", "mine"), Result("same")], [Call("same", "theirs")]);

        Assert.Equal(("function_call same", "mine"), (Tell(view[0]), view[1].CallName));
    }

    [Fact]
    public void Steps_without_answers_are_shown_as_they_are()
    {
        HistoryStep[] steps = [Say("a"), Call("call_1", "f")];

        Assert.Same(steps, TurnJson.ModelView(steps, [Call("call_0", "g")]));
    }

    [Fact]
    public void Two_equal_answers_are_both_shown()
    {
        var same = Result("call_1");

        Assert.Equal(2, TurnJson.ModelView([same, same with { }], [Call("call_1", "f")]).Count);
    }

    private static StoredTurn Stored(IReadOnlyList<HistoryStep> input, IReadOnlyList<HistoryStep> output) => new()
    {
        Id = "int_1",
        Input = TurnJson.WriteSteps(input.Select(s => s.Step)),
        Output = TurnJson.WriteSteps(output.Select(s => s.Step)),
        ProviderStates = TurnJson.WriteStates(output),
    };

    private static HistoryStep Say(string text) => new(new ModelOutputStep { Content = [new TextContent { Text = text }] });

    private static HistoryStep Call(string id, string name, ProviderState? state = null) => new(new FunctionCallStep { Id = id, Name = name, Arguments = JsonElement.Parse("{}") }, state);

    private static HistoryStep Result(string callId) => new(new FunctionResultStep { CallId = callId, Result = JsonElement.Parse("\"r\"") });

    private static string Tell(HistoryStep step) => step.Step switch
    {
        ModelOutputStep output => ((TextContent)output.Content[0]).Text,
        ICallStep call => $"{step.Step.Type} {call.Id}",
        IResultStep result => $"{step.Step.Type} {result.CallId}",
        _ => step.Step.Type,
    };
}
