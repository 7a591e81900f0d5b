using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>Streams as other upstreams and newer versions send them.</summary>
public sealed class GeminiStreamFormTests
{
    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task An_answer_in_one_piece_gives_the_same_steps(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Whole(GeminiTurn.Empty.Thinks("Hm.").Signed("own").Text("Let me ", "look.").Calls("get_weather", """{"city":"Oslo"}""", "up").Signed("call")));
        var dialogue = gemini.Dialogue(wire);
        dialogue.Functions = [Dialogue.Function("get_weather")];

        var answer = await dialogue.SayAsync("Oslo?");
        await dialogue.AnswerAsync((answer.Calls[0].Id, "\"cold\""));

        Assert.Equal(("Hm.", "Let me look.", "get_weather"), (answer.Summary, answer.Text, answer.Calls[0].Name));
        Assert.Equal("""{"city":"Oslo"}""", answer.Calls[0].Arguments.GetRawText());
        gemini.AssertNothingRefused();
    }

    [Fact]
    [Rule("SE-4")]
    public async Task Events_that_nobody_knows_are_passed_over()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(gemini.Vendor.Turn(GeminiTurn.Says("Hello"), r => r
            .InsertAt(1, Sse.Frame("interaction.in_progress", """{"event_type":"interaction.in_progress","interaction_id":"x"}"""))
            .InsertAt(1, Sse.Comment("ping"))
            .InsertAt(1, Sse.Frame("weather.report", """{"event_type":"weather.report","sun":true}"""))));

        Assert.Equal("Hello", (await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi")).Text);
    }

    [Fact]
    [Rule("SE-5")]
    public async Task Steps_that_an_upstream_interleaves_are_put_in_order()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(
        [
            Event("""{"event_type":"interaction.created","interaction":{"id":"v1_x","status":"in_progress"}}"""),
            Event("""{"event_type":"step.start","index":0,"step":{"type":"function_call","id":"a","name":"first"}}"""),
            Event("""{"event_type":"step.start","index":1,"step":{"type":"function_call","id":"b","name":"second"}}"""),
            Event("""{"event_type":"step.delta","index":1,"delta":{"type":"arguments_delta","arguments":"{\"n\":2}"}}"""),
            Event("""{"event_type":"step.delta","index":0,"delta":{"type":"arguments_delta","arguments":"{\"n\":1}"}}"""),
            Event("""{"event_type":"step.stop","index":1}"""),
            Event("""{"event_type":"step.stop","index":0}"""),
            Event("""{"event_type":"interaction.completed","interaction":{"id":"v1_x","status":"requires_action"}}"""),
        ]));

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi");

        Assert.Equal([("first", """{"n":1}"""), ("second", """{"n":2}""")], answer.Calls.Select(c => (c.Name, c.Arguments.GetRawText())));
    }

    [Fact]
    public async Task A_call_whose_arguments_come_whole_in_its_start_keeps_them()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(
        [
            Event("""{"event_type":"step.start","index":0,"step":{"type":"function_call","id":"a","name":"first","arguments":{"n":1}}}"""),
            Event("""{"event_type":"step.stop","index":0}"""),
            Event("""{"event_type":"interaction.completed","interaction":{"id":"v1_x","status":"requires_action"}}"""),
        ]));

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi");

        Assert.Equal("""{"n":1}""", Assert.Single(answer.Calls).Arguments.GetRawText());
    }

    [Fact]
    public async Task An_answer_that_the_upstream_ends_at_its_own_limit_is_continued_to_one()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(
            GeminiTurn.Says("Once ").ContinuesWith("token-1").Costs(new() { Prompt = 10, Output = 2 }),
            GeminiTurn.Says("upon a time.").Costs(new() { Prompt = 12, Output = 4 }));

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Tell");

        Assert.Equal(("Once upon a time.", ModelStopReason.Finished), (answer.Text, answer.Stopped.Reason));
        Assert.Equal((22L, 6L), (answer.Stopped.Usage!.TotalInputTokens, answer.Stopped.Usage.TotalOutputTokens));
        Assert.Equal("token-1", (string?)gemini.Body(2)["continuation_token"]);
        Assert.Equal(gemini.Body(1)["input"]!.ToJsonString(), gemini.Body(2)["input"]!.ToJsonString());
        gemini.AssertNothingRefused();
    }

    [Fact]
    public async Task An_upstream_that_gives_the_same_token_again_is_not_followed_for_ever()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("a").ContinuesWith("token-1"), GeminiTurn.Says("b").ContinuesWith("token-1"), GeminiTurn.Says("c"));

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Tell");

        Assert.Equal(("ab", ModelStopReason.TokenLimit), (answer.Text, answer.Stopped.Reason));
    }

    [Fact]
    public async Task Drafts_of_an_image_model_are_part_of_its_thought()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"candidates":[{"content":{"role":"model","parts":[{"thought":true,"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]}"""),
            Sse.Frame("""{"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"BBBB"}}]},"finishReason":"STOP"}]}"""),
        ]));

        var answer = await gemini.Dialogue(GeminiWire.GenerateContent, "gemini-nano-banana-2.1").SayAsync("Draw");

        Assert.Equal("AAAA", Assert.IsType<ImageContent>(Assert.Single(Assert.Single(answer.Steps.OfType<ThoughtStep>()).Summary!)).Data);
        Assert.Equal("BBBB", Assert.IsType<ImageContent>(Assert.Single(Assert.Single(answer.Steps.OfType<ModelOutputStep>()).Content)).Data);
    }

    private static string Event(string data) => Sse.Frame(data);
}
