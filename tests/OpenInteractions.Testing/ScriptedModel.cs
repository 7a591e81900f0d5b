using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Testing;

/// <summary>
/// A model that plays a script: <c>ScriptedModel.Says("…").Then.Calls("get_weather", "{}")</c>. It stops as finished unless the script says otherwise, and
/// every call of it plays the script from the start.
/// </summary>
public sealed class ScriptedModel : IModelProvider
{
    private static readonly JsonElement NoArguments = JsonDocument.Parse("{}").RootElement.Clone();

    private readonly List<ModelEvent> _script = [];
    private readonly List<ModelRequest> _requests = [];
    private ModelEvent? _last = new ModelStopped(ModelStopReason.Finished, new Usage { TotalTokens = 7 });
    private int _calls;

    private ScriptedModel()
    {
    }

    /// <summary>What comes after.</summary>
    public Line Then => new(this);

    /// <summary>The requests that it was given.</summary>
    public IReadOnlyList<ModelRequest> Requests => _requests;

    public string Name => "scripted";

    public IReadOnlyList<string> FamilyPrefixes => [];

    public static ScriptedModel Silent() => new();

    public static ScriptedModel Says(params string[] pieces) => Silent().Then.Says(pieces);

    public static ScriptedModel Thinks(string summary, string signature) => Silent().Then.Thinks(summary, signature);

    public static ScriptedModel Calls(string name, params string[] arguments) => Silent().Then.Calls(name, arguments);

    public static ScriptedModel Plays(params IEnumerable<ModelEvent> events) => Silent().Then.Plays(events);

    public ModelDescription Describe(string modelId) => new() { Id = modelId, Provider = Name, Family = "family", Capabilities = new ModelCapabilities() };

    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelDescription>>([Describe("model")]);

    public async IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _requests.Add(request);
        foreach (var value in _script)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (value)
            {
                case Wait wait:
                    await wait.Gate.PassAsync(cancellationToken);
                    break;
                case Failure failure:
                    throw failure.Exception;
                default:
                    yield return value;
                    break;
            }
        }

        if (_last is not null)
        {
            yield return _last;
        }
    }

    /// <summary>The next thing that the model does.</summary>
    public readonly struct Line(ScriptedModel model)
    {
        public ScriptedModel Says(params string[] pieces) =>
            Add([new StepStarted(new ModelOutputStep()), .. pieces.Select(p => new StepPiece(new TextDelta { Text = p })), new StepStopped()]);

        public ScriptedModel Thinks(string summary, string signature) => Add(
        [
            new StepStarted(new ThoughtStep()),
            new StepPiece(new ThoughtSummaryDelta { Content = new Contracts.Content.TextContent { Text = summary } }),
            new StepPiece(new ThoughtSignatureDelta { Signature = signature }),
            new StepStopped(),
        ]);

        /// <summary>Calls a function; the arguments come in these pieces. The upstream's ids are <c>up-1</c>, <c>up-2</c> and so on.</summary>
        public ScriptedModel Calls(string name, params string[] arguments) => Add(
        [
            new StepStarted(new FunctionCallStep { Id = $"up-{++model._calls}", Name = name, Arguments = NoArguments }),
            .. arguments.Select(a => new StepPiece(new ArgumentsDelta { Arguments = a })),
            new StepStopped(),
        ]);

        public ScriptedModel Plays(params IEnumerable<ModelEvent> events) => Add(events);

        /// <summary>Waits until the test opens the gate.</summary>
        public ScriptedModel WaitsAt(Gate gate) => Add([new Wait(gate)]);

        public ScriptedModel Stops(ModelStopReason reason, ModelFault? fault = null)
        {
            model._last = new ModelStopped(reason, new Usage { TotalTokens = 7 }, fault);
            return model;
        }

        public ScriptedModel Fails(ErrorCode code, string message) => Fails(new ApiException(code, message));

        public ScriptedModel Fails(Exception exception) => Add([new Failure(exception)]);

        /// <summary>Ends its stream without saying why.</summary>
        public ScriptedModel BreaksOff()
        {
            model._last = null;
            return model;
        }

        private ScriptedModel Add(IEnumerable<ModelEvent> events)
        {
            model._script.AddRange(events);
            return model;
        }
    }

    private sealed record Wait(Gate Gate) : ModelEvent;

    private sealed record Failure(Exception Exception) : ModelEvent;
}
