using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>What a turn may be given: a bound in bytes, over all of its model calls.</summary>
public sealed class OutputBoundTests
{
    private static readonly string Ten = new('x', 10);

    public static TheoryData<ModelEvent> OfTenBytes => new()
    {
        new StepPiece(new TextDelta { Text = Ten }),
        new StepPiece(new TextDelta { Text = "ééééé" }),
        new StepPiece(new ArgumentsDelta { Arguments = Ten }),
        new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = Ten } }),
        new StepPiece(new ThoughtSummaryDelta { Content = new ImageContent { Data = Ten } }),
        new StepPiece(new ThoughtSignatureDelta { Signature = Ten }),
        new StepPiece(new ImageDelta { Data = Ten }),
        new StepPiece(new AudioDelta { Data = Ten }),
        new StepPiece(new VideoDelta { Data = Ten }),
        new StepPiece(new DocumentDelta { Data = Ten }),
        new StepStarted(new ModelOutputStep { Content = [new TextContent { Text = Ten }] }),
        new StepStarted(new ThoughtStep { Signature = Ten }),
        new StepStarted(new FunctionCallStep { Id = "c", Name = "f", Arguments = JsonElement.Parse("""{"a":"bcd"}""") }),
        new StepStopped(JsonElement.Parse("\"12345678\"")),
    };

    [Theory]
    [MemberData(nameof(OfTenBytes), DisableDiscoveryEnumeration = true)]
    public void Everything_that_can_be_large_counts(ModelEvent value)
    {
        var bound = new OutputBound(29);

        bound.Add(value);
        bound.Add(value);

        Assert.Equal(ErrorCode.ServiceUnavailable, Assert.Throws<ApiException>(() => bound.Add(value)).Code);
    }

    [Fact]
    public async Task A_turn_ends_before_it_holds_more_and_all_its_model_calls_count_together()
    {
        var model = ScriptedModel.Says("aaaa", "bbbb");
        var output = new TurnOutput(log: null, new TaskCompletionSource(), [], shownThrough: -1) { Bound = new(14) };

        await TurnLoop.RunAsync(model, TurnRecording.Request(model), output, server: null, maxSteps: 7, default);
        var refused = await Assert.ThrowsAsync<ApiException>(() => TurnLoop.RunAsync(model, TurnRecording.Request(model), output, server: null, maxSteps: 7, default));
        await output.CutAsync(default);

        Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider's answer is larger than 14 bytes, which is the most that one turn may give."), (refused.Code, refused.Message));
        Assert.Equal(["aaaabbbb", "aaaa"], output.Steps.Select(s => string.Concat(((ModelOutputStep)s.Step).Content.Cast<TextContent>().Select(c => c.Text))));
    }
}
