using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Tests.Http;

public sealed class TextPiecesTests
{
    [Fact]
    public void Neighbouring_pieces_of_text_become_one_and_everything_else_stays_in_its_place()
    {
        var start = new StepStarted(new ModelOutputStep());
        var arguments = new StepPiece(new ArgumentsDelta { Arguments = "{}" });
        var stop = new StepStopped();
        var events = new List<ModelEvent> { start, Text("a"), Text("b"), Text("c"), stop, start, arguments, arguments, stop, start, Text("d"), stop };

        TextPieces.Join(events);

        Assert.Equal([start, Text("abc"), stop, start, arguments, arguments, stop, start, Text("d"), stop], events);
    }

    [Fact]
    public void Nothing_stays_nothing()
    {
        var events = new List<ModelEvent>();

        TextPieces.Join(events);

        Assert.Empty(events);
    }

    private static StepPiece Text(string text) => new(new TextDelta { Text = text });
}
