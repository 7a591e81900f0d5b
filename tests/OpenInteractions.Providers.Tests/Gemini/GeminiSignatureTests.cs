using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiSignatureTests
{
    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    /// <summary>Turns whose signatures sit in every place that the vendor uses.</summary>
    public static TheoryData<GeminiWire, string> Places
    {
        get
        {
            var data = new TheoryData<GeminiWire, string>();
            foreach (var wire in (GeminiWire[])[GeminiWire.Interactions, GeminiWire.GenerateContent])
            {
                foreach (var place in Scripts.Keys)
                {
                    data.Add(wire, place);
                }
            }

            return data;
        }
    }

    private static Dictionary<string, GeminiTurn> Scripts { get; } = new()
    {
        ["on an empty text at the very end"] = GeminiTurn.Says("Hel", "lo").Signed("end"),
        ["on the last fragment of a text"] = GeminiTurn.Says("Hel", "lo").SignedInPlace("last"),
        ["on a text between two others"] = GeminiTurn.Says("One ").SignedInPlace("one").Text("two ").SignedInPlace("two").Text("three"),
        ["on a thought with a summary"] = GeminiTurn.Empty.Thinks("Let me ", "see.").Signed("thought").Text("Well."),
        ["on a thought without a summary"] = GeminiTurn.Empty.Thinks().Signed("silent").Text("Well."),
        ["on an image"] = GeminiTurn.Says("Here: ").Shows("image/png", "iVBORw0KGgo=").Signed("image"),
        ["on code and its result"] = GeminiTurn.Empty.RunsCode("print(6*7)", "42\n").Signed("code").Text("It is 42."),
        ["on a text after an unsigned summary"] = GeminiTurn.Empty.Thinks("Hm.").Text("Yes.").Signed("after"),
    };

    [Theory]
    [MemberData(nameof(Places))]
    [Rule("TH-4")]
    public async Task A_signature_comes_back_on_its_part_and_nowhere_else(GeminiWire wire, string place)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(Scripts[place]);
        var dialogue = gemini.Dialogue(wire);

        await dialogue.SayAsync("First");
        await dialogue.SayAsync("Second");

        gemini.AssertNothingRefused();
        foreach (var signature in Scripts[place].Pieces.Select(p => p.Signature).OfType<string>())
        {
            Assert.Contains(signature, gemini.Server.Requests[1].Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("TH-2")]
    public async Task Thoughts_carry_summaries_and_sealed_signatures_over_two_turns(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(
            GeminiTurn.Empty.Thinks("Compare ", "both.").Calls("get_weather", """{"city":"Oslo"}""", "up-1").Signed("call"),
            GeminiTurn.Says("Cold.").Signed("text"));
        var dialogue = gemini.Dialogue(wire);
        dialogue.Config = new GenerationConfig { ThinkingSummaries = "auto", ThinkingLevel = "high" };
        dialogue.Functions = [Dialogue.Function("get_weather")];

        var first = await dialogue.SayAsync("Oslo?");
        await dialogue.AnswerAsync((first.Calls[0].Id, "\"-3\""));
        await dialogue.SayAsync("Thanks");

        Assert.Equal("Compare both.", first.Summary);
        Assert.DoesNotContain(first.Steps.OfType<ThoughtStep>(), t => t.Signature == GeminiSignature.Named("call"));
        gemini.AssertNothingRefused();
        foreach (var request in gemini.Server.Requests.Skip(1))
        {
            Assert.Contains(GeminiSignature.Named("call"), request.Text, StringComparison.Ordinal);
        }

        Assert.Contains(GeminiSignature.Named("text"), gemini.Server.Requests[2].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_client_without_state_can_replay_the_steps_that_it_got(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("a", """{"city":"x"}""", "up-1").Signed("first").Calls("b", """{"city":"y"}""", "up-2"));
        var dialogue = new Dialogue(gemini.Provider(wire), GeminiUpstream.Model) { KeepsState = false };
        dialogue.Functions = [Dialogue.Function("a"), Dialogue.Function("b")];

        var first = await dialogue.SayAsync("Both, please.");
        await dialogue.AnswerAsync((first.Calls[0].Id, "\"1\""), (first.Calls[1].Id, "\"2\""));

        gemini.AssertNothingRefused();
        Assert.Contains(GeminiSignature.Named("first"), gemini.Server.Requests[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("FN-10")]
    [Rule("TH-4")]
    public async Task Calls_of_another_vendor_go_with_the_documented_placeholder(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Functions = [Dialogue.Function("get_weather")];
        dialogue.Recall(
            new UserInputStep { Content = [new TextContent { Text = "Oslo and Rome?" }] },
            new ThoughtStep { Signature = "c29tZWJvZHkgZWxzZSdz", Summary = [new TextContent { Text = "not yours" }] },
            new FunctionCallStep { Id = "c1", Name = "get_weather", Arguments = JsonElement.Parse("""{"city":"Oslo"}""") },
            new FunctionCallStep { Id = "c2", Name = "get_weather", Arguments = JsonElement.Parse("""{"city":"Rome"}""") },
            new FunctionResultStep { CallId = "c1", Result = JsonElement.Parse("\"cold\"") },
            new FunctionResultStep { CallId = "c2", Result = JsonElement.Parse("\"warm\"") });

        var answer = await dialogue.CallAsync();

        gemini.AssertNothingRefused();
        Assert.Equal("get_weather returned cold. get_weather returned warm.", answer.Text);
        var body = gemini.Server.Requests[0].Text;
        Assert.Equal(1, body.Split(GeminiSignature.Placeholder).Length - 1);
        Assert.DoesNotContain("not yours", body, StringComparison.Ordinal);
        Assert.DoesNotContain("c29tZWJvZHkgZWxzZSdz", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_conversation_survives_a_change_of_the_operators_key(GeminiWire wire)
    {
        // The signatures of the first turn were issued to another key, which this vendor refuses.
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("get_weather", """{"city":"Oslo"}""", "up-1").Signed("old key"));
        var dialogue = gemini.Dialogue(wire);
        dialogue.Functions = [Dialogue.Function("get_weather")];
        var first = await dialogue.SayAsync("Oslo?");
        gemini.Vendor.ForgetSignatures();

        var answer = await dialogue.AnswerAsync((first.Calls[0].Id, "\"cold\""));

        Assert.Equal("get_weather returned cold.", answer.Text);
        Assert.Single(gemini.Server.Refusals);
        Assert.Contains(GeminiSignature.Placeholder, gemini.Server.Requests[2].Text, StringComparison.Ordinal);
    }
}
