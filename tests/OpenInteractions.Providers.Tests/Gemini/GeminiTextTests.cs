using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiTextTests
{
    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Text_streams_in_the_fragments_that_the_vendor_sends(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("Hel", "lo, ", "you."));

        var answer = await gemini.Dialogue(wire).SayAsync("Hi");

        Assert.Equal(["Hel", "lo, ", "you."], answer.Events.OfType<StepPiece>().Select(p => p.Delta).OfType<Contracts.Events.TextDelta>().Select(d => d.Text));
        Assert.Equal(ModelStopReason.Finished, answer.Stopped.Reason);
        Assert.Single(answer.Steps.OfType<ModelOutputStep>());
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task The_whole_history_goes_along_in_every_turn(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);

        await dialogue.SayAsync("The word is heron.");
        await dialogue.SayAsync("Thank you.");
        var answer = await dialogue.SayAsync("what did I say first?");

        Assert.Equal("You first said: The word is heron.", answer.Text);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("ST-19")]
    public async Task The_beginning_of_a_conversation_is_sent_as_the_same_bytes_every_time(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.SystemInstruction = "Be brief.";
        dialogue.Functions = [Dialogue.Function("get_weather")];

        await dialogue.SayAsync("""call get_weather with {"city":"Oslo"}""");
        await dialogue.AnswerAsync(("native-1", "\"cold\""));
        await dialogue.SayAsync("And now?");

        var (second, third) = (gemini.Server.Requests[1].Text, gemini.Server.Requests[2].Text);
        var history = second[..(second.LastIndexOf("cold", StringComparison.Ordinal) + 4)];
        Assert.StartsWith(history, third, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Fact]
    [Rule("SE-9")]
    public async Task Text_that_is_already_in_the_start_of_a_step_is_not_lost()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("Hel", "lo").WithTextInStart());

        var answer = await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi");

        Assert.Equal("Hello", answer.Text);
    }

    [Fact]
    public async Task The_upstream_is_told_to_keep_nothing()
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        await gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi");

        Assert.False((bool)gemini.Body(1)["store"]!);
        Assert.Null(gemini.Body(1)["previous_interaction_id"]);
    }
}
