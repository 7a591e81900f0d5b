using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiCallTests
{
    private const string Png = "iVBORw0KGgo=";

    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-2")]
    public async Task Parallel_calls_come_as_steps_of_their_own_and_take_results_in_any_order(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(wire), "first", "second");

        var calls = await dialogue.SayAsync("""call first with {"city":"Oslo"} and call second with {"city":"Rome"}""");
        var answer = await dialogue.AnswerAsync((calls.Calls[1].Id, "\"warm\""), (calls.Calls[0].Id, "\"cold\""));

        Assert.Equal(["first", "second"], calls.Calls.Select(c => c.Name));
        Assert.Equal("""{"city":"Oslo"}""", calls.Calls[0].Arguments.GetRawText());
        Assert.Equal(ModelStopReason.Finished, calls.Stopped.Reason);
        Assert.Contains("first returned cold.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("second returned warm.", answer.Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Sequential_calls_each_keep_their_own_signature(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(
            GeminiTurn.Empty.Calls("first", """{"city":"a"}""", "up-1").Signed("one"),
            GeminiTurn.Empty.Calls("second", """{"city":"b"}""", "up-2").Signed("two"),
            GeminiTurn.Says("Done."));
        var dialogue = WithFunctions(gemini.Dialogue(wire), "first", "second");

        var first = await dialogue.SayAsync("Go");
        var second = await dialogue.AnswerAsync((first.Calls[0].Id, "\"1\""));
        var last = await dialogue.AnswerAsync((second.Calls[0].Id, "\"2\""));

        Assert.Equal("Done.", last.Text);
        Assert.Contains(GeminiSignature.Named("one"), gemini.Server.Requests[2].Text, StringComparison.Ordinal);
        Assert.Contains(GeminiSignature.Named("two"), gemini.Server.Requests[2].Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [InlineData(GeminiWire.Interactions, true)]
    [InlineData(GeminiWire.Interactions, false)]
    [InlineData(GeminiWire.GenerateContent, true)]
    [InlineData(GeminiWire.GenerateContent, false)]
    public async Task The_vendors_own_call_ids_go_back_to_it(GeminiWire wire, bool resultsCarryState)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("first", """{"city":"a"}""", "upstream-id-7").Signed("one"));
        var dialogue = WithFunctions(new Dialogue(gemini.Provider(wire), GeminiUpstream.Model) { ResultsCarryState = resultsCarryState }, "first");

        var call = await dialogue.SayAsync("Go");
        await dialogue.AnswerAsync((call.Calls[0].Id, "\"1\""));

        Assert.Equal(2, gemini.Server.Requests[1].Text.Split("upstream-id-7").Length - 1);
        Assert.DoesNotContain("native-", gemini.Server.Requests[1].Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Fact]
    public async Task Calls_without_ids_go_back_without_ids()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("first", """{"city":"a"}""").Signed("one").Calls("second", "{}"));
        var dialogue = WithFunctions(gemini.Dialogue(GeminiWire.GenerateContent), "first", "second");

        var calls = await dialogue.SayAsync("Go");
        var answer = await dialogue.AnswerAsync((calls.Calls[1].Id, "\"2\""), (calls.Calls[0].Id, "\"1\""));

        Assert.Equal("first returned 1. second returned 2.", answer.Text);
        var parts = gemini.Body(2)["contents"]!.AsArray().SelectMany(c => c!["parts"]!.AsArray()).ToList();
        Assert.All(parts, p => Assert.Null((p!["functionCall"] ?? p["functionResponse"])?["id"]));
        gemini.AssertNothingRefused();
    }

    [Fact]
    [Rule("FN-14")]
    public async Task A_signature_that_rides_on_the_call_itself_moves_to_a_thought_and_back()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("first", """{"city":"a"}""", "up").Signed("one").WithSignatureOnCall());
        var dialogue = WithFunctions(gemini.Dialogue(GeminiWire.Interactions), "first");

        var call = await dialogue.SayAsync("Go");
        await dialogue.AnswerAsync((call.Calls[0].Id, "\"1\""));

        Assert.IsType<ThoughtStep>(call.Steps[0]);
        Assert.Null(call.Calls[0].Signature);
        Assert.Equal(GeminiSignature.Named("one"), (string?)gemini.Body(2)["input"]![1]!["signature"]);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-5")]
    public async Task A_result_may_be_an_object(GeminiWire wire)
    {
        var (answer, gemini) = await AnswerOfAsync(wire, new FunctionResultStep { CallId = "native-1", Result = JsonElement.Parse("""{"low":-3,"high":2}""") });
        await using var _ = gemini;

        Assert.Equal("""first returned {"low":-3,"high":2}.""", answer.Text);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-5")]
    public async Task A_result_may_be_content_with_images_and_the_model_sees_them(GeminiWire wire)
    {
        var result = $$"""[{"type":"text","text":"A map."},{"type":"image","mime_type":"image/png","data":"{{Png}}"}]""";
        var (answer, gemini) = await AnswerOfAsync(wire, new FunctionResultStep { CallId = "native-1", Result = JsonElement.Parse(result) });
        await using var _ = gemini;

        Assert.Equal("first returned A map. and 1 media.", answer.Text);
        Assert.Contains(Png, gemini.Server.Requests[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_a_result_follow_it_for_models_that_take_none_inside()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(GeminiWire.GenerateContent, "gemini-2.5-flash"), "first");
        await dialogue.SayAsync("""call first with {"city":"a"}""");

        await dialogue.AnswerAsync(new FunctionResultStep
        {
            CallId = "native-1",
            Result = JsonElement.Parse($$"""{"content":[{"type":"text","text":"A map."},{"type":"image","mime_type":"image/png","data":"{{Png}}"}]}"""),
        });

        var parts = gemini.Body(2)["contents"]!.AsArray()[^1]!["parts"]!.AsArray();
        Assert.Equal("A map.", (string?)parts[0]!["functionResponse"]!["response"]!["output"]);
        Assert.Equal(Png, (string?)parts[1]!["inlineData"]!["data"]);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-6")]
    public async Task The_model_is_told_that_a_call_failed(GeminiWire wire)
    {
        var (_, gemini) = await AnswerOfAsync(wire, new FunctionResultStep { CallId = "native-1", Result = JsonElement.Parse("\"no such city\""), IsError = true });
        await using var owned = gemini;

        Assert.Contains(
            wire == GeminiWire.Interactions ? "\"is_error\":true" : """{"error":"no such city"}""", gemini.Server.Requests[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_call_that_nobody_answered_is_shown_as_unanswered(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(wire), "first", "second");
        var calls = await dialogue.SayAsync("""call first with {"city":"a"} call second with {"city":"b"}""");

        var answer = await dialogue.AnswerAsync((calls.Calls[1].Id, "\"2\""));

        Assert.Contains("first returned The call was not answered.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("second returned 2.", answer.Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-10")]
    public async Task An_empty_list_of_required_properties_never_reaches_the_vendor(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Functions = [Dialogue.Function("ping", """{"type":"object","properties":{"deep":{"type":"object","properties":{},"required":[]}},"required":[]}""")];

        var answer = await dialogue.SayAsync("call ping with {}");

        Assert.Equal("ping", answer.Calls[0].Name);
        Assert.DoesNotContain("\"required\"", gemini.Server.Requests[0].Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [InlineData("\"auto\"", null, null)]
    [InlineData("\"any\"", "ANY", null)]
    [InlineData("\"none\"", "NONE", null)]
    [InlineData("\"validated\"", "VALIDATED", null)]
    [InlineData("""{"allowed_tools":{"mode":"any","tools":["second"]}}""", "ANY", "second")]
    [InlineData("""{"allowed_tools":{"mode":"auto","tools":["second"]}}""", "VALIDATED", "second")]
    [Rule("FN-8")]
    public async Task Tool_choice_becomes_the_vendors_mode(string choice, string? mode, string? allowed)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(GeminiWire.GenerateContent), "first", "second");
        dialogue.Config = JsonSerializer.Deserialize($$"""{"tool_choice":{{choice}}}""", WireJson.Wire.GenerationConfig)!;

        await dialogue.SayAsync("Hi");

        var config = gemini.Body(1)["toolConfig"]?["functionCallingConfig"];
        Assert.Equal(mode, (string?)config?["mode"]);
        Assert.Equal(allowed, (string?)config?["allowedFunctionNames"]?[0]);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [InlineData("\"any\"")]
    [InlineData("""{"allowed_tools":{"mode":"any","tools":["second"]}}""")]
    [Rule("FN-8")]
    public async Task Tool_choice_goes_on_as_it_is_on_the_interactions_wire(string choice)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(GeminiWire.Interactions), "first", "second");
        dialogue.Config = JsonSerializer.Deserialize($$"""{"tool_choice":{{choice}}}""", WireJson.Wire.GenerationConfig)!;

        await dialogue.SayAsync("Hi");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(choice), gemini.Body(1)["generation_config"]!["tool_choice"]));
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_tool_that_a_server_ran_is_shown_to_the_model_as_a_function(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Recall(
            new UserInputStep { Content = [new TextContent { Text = "Look it up." }] },
            new GoogleSearchCallStep { Id = "s1", Arguments = new SearchArguments { Queries = ["alps"] } },
            new GoogleSearchResultStep { CallId = "s1", Result = [new GoogleSearchResult { SearchSuggestions = "<b>alps</b>" }] },
            new ModelOutputStep { Content = [new TextContent { Text = "High." }] });

        await dialogue.SayAsync("Thanks");

        gemini.AssertNothingRefused();
        Assert.Contains("\"name\":\"google_search\"", gemini.Server.Requests[0].Text, StringComparison.Ordinal);
        Assert.Contains("alps", gemini.Server.Requests[0].Text, StringComparison.Ordinal);
    }

    private static Dialogue WithFunctions(Dialogue dialogue, params string[] names)
    {
        dialogue.Functions = [.. names.Select(n => Dialogue.Function(n))];
        return dialogue;
    }

    private static async Task<(Answer Answer, GeminiUpstream Gemini)> AnswerOfAsync(GeminiWire wire, FunctionResultStep result)
    {
        var gemini = await GeminiUpstream.StartAsync();
        var dialogue = WithFunctions(gemini.Dialogue(wire), "first");
        await dialogue.SayAsync("""call first with {"city":"a"}""");
        var answer = await dialogue.AnswerAsync(result);
        gemini.AssertNothingRefused();
        return (answer, gemini);
    }
}
