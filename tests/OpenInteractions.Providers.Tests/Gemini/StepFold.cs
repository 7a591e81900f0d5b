using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>Folds a provider's events into steps and holds them to the order that <see cref="IModelProvider.StreamAsync"/> promises.</summary>
internal sealed class StepFold
{
    private StepAssembler? _open;

    public List<Step> Steps { get; } = [];

    public ModelStopped? Stopped { get; private set; }

    public void Add(ModelEvent modelEvent)
    {
        Assert.Null(Stopped);
        switch (modelEvent)
        {
            case StepStarted start:
                Assert.Null(_open);
                _open = new StepAssembler(start.Shell);
                break;
            case StepPiece piece:
                Assert.NotNull(_open);
                _open.Add(piece.Delta);
                break;
            case StepStopped:
                Assert.NotNull(_open);
                Steps.Add(_open.Build());
                _open = null;
                break;
            case ModelStopped stopped:
                Assert.Null(_open);
                Stopped = stopped;
                break;
        }
    }
}
