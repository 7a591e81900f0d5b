using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>A turn whose events nobody keeps, and everything that a reader of them would have seen.</summary>
internal sealed class TurnRecording : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly EventLog _log;

    public TurnRecording(IReadOnlyList<HistoryStep>? final = null, int shownThrough = -1)
    {
        _log = new EventLog(_lost);
        Output = new TurnOutput(_log, Begun, final ?? [], shownThrough);
    }

    public TaskCompletionSource Begun { get; } = new();

    public TurnOutput Output { get; }

    public string[] Steps => StepJson.Of(Output.Steps);

    public IReadOnlyList<StreamEvent> Events
    {
        get
        {
            Assert.True(_log.Feed.TryOpen(0, out var offset));
            _log.Feed.TryRead(ref offset, out _, out var frames);
            return [.. EventFrame.ReadAll(frames)];
        }
    }

    /// <summary>The events in short: <c>start 0 model_output</c>, <c>delta 0</c>, <c>stop 0</c>.</summary>
    public string[] Story => [.. Events.Select(Tell)];

    public static ModelRequest Request(IModelProvider model, params string[] functions) => new()
    {
        Model = model.Describe("model"),
        History = [],
        Functions = [.. functions.Select(f => new FunctionTool { Name = f })],
        Config = new Contracts.Interactions.GenerationConfig(),
        Project = "default",
        InteractionId = "int_1",
    };

    public Task<TurnResult> RunAsync(IModelProvider model, params string[] functions) => TurnLoop.RunAsync(model, Request(model, functions), Output, server: null, maxSteps: 10_000, CancellationToken.None);

    /// <summary>The same, when calls of the function <c>f</c> are the server's.</summary>
    public Task<TurnResult> RunAsync(IModelProvider model, RoundCalls server) => TurnLoop.RunAsync(model, Request(model, "f"), Output, server, maxSteps: 10_000, CancellationToken.None);

    public void Dispose() => _lost.Dispose();

    private static string Tell(StreamEvent value) => value switch
    {
        StepStartEvent start => $"start {start.Index} {start.Step.Type}",
        StepDeltaEvent delta => $"delta {delta.Index}",
        StepStopEvent stop => $"stop {stop.Index}",
        _ => value.EventType,
    };
}

/// <summary>
/// What a client has assembled: every step that ever began counts, complete or not, because a client cannot know that a step will never go on.
/// </summary>
internal sealed class ClientView
{
    private readonly SortedDictionary<int, StepAssembler> _steps = [];

    public string[] Steps => StepJson.Of(_steps.Values.Select(s => s.Build()));

    public void See(IEnumerable<StreamEvent> events)
    {
        foreach (var value in events)
        {
            switch (value)
            {
                case StepStartEvent start:
                    _steps[start.Index] = new StepAssembler(start.Step);
                    break;
                case StepDeltaEvent delta:
                    _steps[delta.Index].Add(delta.Delta);
                    break;
            }
        }

        Assert.Equal(Enumerable.Range(0, _steps.Count), _steps.Keys);
    }
}
