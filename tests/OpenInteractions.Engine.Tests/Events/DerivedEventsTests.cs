using System.Text.Json;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Interactions;
using OpenInteractions.Engine.Tests.Turns;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class DerivedEventsTests
{
    public static TheoryData<string> Steps => [.. EveryStep.All.Concat(EveryStep.BeyondDeltas).Select(StepJson.Of)];

    [Theory]
    [MemberData(nameof(Steps))]
    [Rule("BG-9")]
    [Rule("SE-13")]
    public void The_events_of_a_step_fold_to_the_step(string json) => Assert.Equal([json], Fold(Interaction(StepJson.Read(json))));

    [Fact]
    [Rule("BG-9")]
    public void The_events_of_all_steps_together_fold_to_the_steps() =>
        Assert.Equal(StepJson.Of(EveryStep.All), Fold(Interaction([.. EveryStep.All])));

    [Fact]
    [Rule("SE-1")]
    [Rule("SE-10")]
    public void The_order_is_that_of_a_stream()
    {
        var interaction = Interaction(new ModelOutputStep { Content = [new Contracts.Content.TextContent { Text = "hello" }] }) with
        {
            Usage = JsonSerializer.SerializeToUtf8Bytes(new Usage { TotalTokens = 7 }, WireJson.Wire.Usage),
        };

        var events = EventFrame.ReadAll(DerivedEvents.Of(interaction).Frames).ToArray();

        Assert.Equal(["interaction.created", "interaction.status_update", "step.start", "step.delta", "step.stop", "interaction.completed"], events.Select(e => e.EventType));
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"1-{i}"), events.Select(e => e.EventId));
        var created = Assert.IsType<InteractionCreatedEvent>(events[0]).Interaction;
        Assert.Equal((InteractionStatus.InProgress, interaction.Created), (created.Status, created.Updated));
        var completed = Assert.IsType<InteractionCompletedEvent>(events[^1]).Interaction;
        Assert.Equal((InteractionStatus.Completed, 7L), (completed.Status, completed.Usage!.TotalTokens!.Value));
        Assert.Null(completed.Steps);
    }

    [Fact]
    [Rule("SE-12")]
    [Rule("ER-5")]
    public void A_failure_is_told_before_the_end()
    {
        var interaction = Interaction() with
        {
            Status = InteractionStatus.Failed,
            Errors = JsonSerializer.SerializeToUtf8Bytes([new InteractionError { Code = "safety", Message = "No." }], WireJson.Wire.IReadOnlyListInteractionError),
        };

        var events = EventFrame.ReadAll(DerivedEvents.Of(interaction).Frames).ToArray();

        Assert.Equal("safety", Assert.IsType<ErrorEvent>(events[^2]).Error.Code);
        var completed = Assert.IsType<InteractionCompletedEvent>(events[^1]).Interaction;
        Assert.Equal((InteractionStatus.Failed, "No."), (completed.Status, Assert.Single(completed.Errors!).Message));
    }

    [Fact]
    [Rule("BG-7")]
    public void The_same_interaction_gives_the_same_bytes_every_time()
    {
        var interaction = Interaction([.. EveryStep.All]);
        var (first, second) = (DerivedEvents.Of(interaction), DerivedEvents.Of(interaction));

        Assert.Equal(Frames.Text(first.Frames), Frames.Text(second.Frames));
        Assert.Equal((1L, 1L, EventFrame.ReadAll(first.Frames).LongCount()), (first.Epoch, first.FirstNumber, first.LastNumber));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    [Rule("SE-6")]
    [Rule("SE-7")]
    [Rule("SE-9")]
    public void Text_thoughts_and_arguments_stand_in_deltas_where_deltas_can_bring_them(string json)
    {
        var step = StepJson.Read(json);
        if (EveryStep.BeyondDeltas.Any(s => StepJson.Of(s) == json))
        {
            Assert.Empty(StepPieces.Of(step).Deltas);
            return;
        }

        var shell = StepPieces.Of(step).Shell;
        switch (shell)
        {
            case ModelOutputStep output:
                Assert.Empty(output.Content);
                break;
            case ThoughtStep thought:
                Assert.Equal((null, null), (thought.Summary, thought.Signature));
                break;
            case FunctionCallStep call:
                Assert.Equal("{}", call.Arguments.GetRawText());
                break;
            case UserInputStep or UnknownStep:
                Assert.Equal(json, StepJson.Of(shell));
                break;
            default:
                // The payload of a server's tool is one delta of its type; its ids are in the shell (behaviour SE-7, wire 14.3).
                Assert.Equal(shell.Type, Assert.Single(StepPieces.Of(step).Deltas).Type);
                Assert.Equal(Id(step), Id(shell));
                Assert.True(StepJson.Of(shell).Length < json.Length);
                break;
        }
    }

    private static string Id(Step step) => step is ICallStep call ? call.Id : ((IResultStep)step).CallId;

    private static string[] Fold(StoredInteraction interaction)
    {
        var fold = new EventFold();
        foreach (var value in EventFrame.ReadAll(DerivedEvents.Of(interaction).Frames))
        {
            fold.Apply(value);
        }

        Assert.Equal(Enumerable.Range(0, fold.Steps.Count), fold.Steps.Keys);
        return StepJson.Of(fold.Steps.Values);
    }

    private static StoredInteraction Interaction(params IReadOnlyList<Step> steps) => SampleInteraction.Running("int_1") with
    {
        Status = InteractionStatus.Completed,
        Updated = SampleInteraction.Start.AddSeconds(5),
        Output = TurnJson.WriteSteps(steps),
    };
}
