using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

[Rule("SE-11")]
public sealed class UsageEstimateTests
{
    [Fact]
    public void A_token_is_four_bytes_of_text_rounded_up() =>
        Assert.Equal((2, 1, 2, 5), Totals(Of(Said(new TextContent { Text = "ä–12" }), [new ThoughtStep { Summary = [new TextContent { Text = "Hm, so" }] }, new ModelOutputStep { Content = [new TextContent { Text = "yes" }] }])));

    [Fact]
    public void Media_count_by_a_flat_rate_however_many_bytes_they_have()
    {
        var usage = Of(Said(new ImageContent { Data = new string('A', 4000) }, new AudioContent { Uri = "https://example.com/a.mp3" }), []);

        Assert.Equal(256 + 512, usage.TotalInputTokens);
    }

    [Fact]
    public void Calls_their_results_and_the_functions_are_read()
    {
        var call = new FunctionCallStep { Id = "c", Name = "find", Arguments = Json("""{"a":1}""") };
        var results = new Step[]
        {
            new FunctionResultStep { CallId = "c", Result = Json("\"12345\"") },
            new FunctionResultStep { CallId = "c", Result = Json("""{"b":2}""") },
            new FunctionResultStep { CallId = "c", Result = Json("""[{"type":"text","text":"1234"},{"type":"image","data":"AAAA","mime_type":"image/png"}]""") },
        };
        var function = new FunctionTool { Name = "find", Description = "Finds it", Parameters = Json("""{"type":"object"}""") };

        var usage = Of([call, .. results], [], function);

        Assert.Equal((1 + 2) + (2 + 2 + 1 + 256) + (1 + 2 + 5), usage.TotalInputTokens);
    }

    [Fact]
    public void A_step_of_another_kind_counts_as_its_JSON() =>
        Assert.Equal(7, Of([new UnknownStep("new_kind", Json("""{"type":"new_kind","a":1}"""))], []).TotalInputTokens);

    private static Step[] Said(params ContentBlock[] blocks) => [new UserInputStep { Content = blocks }];

    private static Usage Of(Step[] read, Step[] made, params FunctionTool[] functions) => UsageEstimate.Of(
        new ModelRequest
        {
            Model = new ModelDescription { Id = "m", Provider = "p", Family = "f", Capabilities = new ModelCapabilities() },
            History = [new HistoryTurn([.. read.Select(s => new HistoryStep(s))], isSettled: true)],
            Functions = functions,
            Config = new GenerationConfig(),
            Project = "p",
            InteractionId = "i",
        },
        made.Select(s => new HistoryStep(s)));

    private static (int Read, int Written, int Thought, int All) Totals(Usage usage) =>
        ((int)usage.TotalInputTokens!, (int)usage.TotalOutputTokens!, (int)usage.TotalThoughtTokens!, (int)usage.TotalTokens!);

    private static JsonElement Json(string json) => JsonElement.Parse(json);
}
