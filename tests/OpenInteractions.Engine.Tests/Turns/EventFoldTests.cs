using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

public sealed class EventFoldTests
{
    private readonly EventFold _fold = new();

    [Fact]
    [Rule("SE-5")]
    public void Steps_stand_at_their_indexes_when_they_are_complete()
    {
        Apply(Start(0), Text(0, "a"), Stop(0), Start(1), Text(1, "b"));

        Assert.Equal([0], _fold.Steps.Keys);
        Assert.Equal(1, _fold.LastIndex);

        Apply(Text(1, "c"), Stop(1));
        Assert.Equal(["a", "bc"], Texts());
    }

    [Fact]
    public void A_second_start_replaces_a_step_that_was_cut()
    {
        Apply(Start(0), Text(0, "first att"), Start(0), Text(0, "second"), Stop(0));

        Assert.Equal(["second"], Texts());
    }

    [Fact]
    public void A_second_start_replaces_a_complete_step_from_that_moment_on()
    {
        Apply(Start(0), Text(0, "first"), Stop(0), Start(1), Text(1, "kept"), Stop(1), Start(0));
        Assert.Equal([1], _fold.Steps.Keys);

        Apply(Text(0, "second"), Stop(0));

        Assert.Equal(["second", "kept"], Texts());
        Assert.Equal(1, _fold.LastIndex);
    }

    [Fact]
    public void Pieces_without_a_start_and_events_of_no_step_change_nothing()
    {
        Apply(Text(3, "lost"), Stop(3), new StatusUpdateEvent { InteractionId = "int_1", Status = Contracts.Interactions.InteractionStatus.InProgress });

        Assert.Empty(_fold.Steps);
        Assert.Equal(-1, _fold.LastIndex);
    }

    private static StepStartEvent Start(int index) => new() { Index = index, Step = new ModelOutputStep() };

    private static StepDeltaEvent Text(int index, string text) => new() { Index = index, Delta = new TextDelta { Text = text } };

    private static StepStopEvent Stop(int index) => new() { Index = index };

    private void Apply(params StreamEvent[] events) => Array.ForEach(events, _fold.Apply);

    private string[] Texts() => [.. _fold.Steps.Values.Select(s => ((Contracts.Content.TextContent)Assert.Single(((ModelOutputStep)s).Content)).Text)];
}
