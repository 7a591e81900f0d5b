using System.Globalization;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>What one call of the model gave.</summary>
internal sealed record Answer(IReadOnlyList<Step> Steps, ModelStopped Stopped, IReadOnlyList<ModelEvent> Events)
{
    public string Text => string.Concat(Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).OfType<TextContent>().Select(t => t.Text));

    public string Summary => string.Concat(Steps.OfType<ThoughtStep>().SelectMany(s => s.Summary ?? []).OfType<TextContent>().Select(t => t.Text));

    public IReadOnlyList<FunctionCallStep> Calls => [.. Steps.OfType<FunctionCallStep>()];
}

/// <summary>Plays the turn loop: keeps the history, gives calls ids of its own and the provider its state back, turn by turn.</summary>
internal sealed class Dialogue(IModelProvider provider, string model)
{
    private readonly List<HistoryTurn> _turns = [];
    private readonly Dictionary<string, (string Name, ProviderState State)> _calls = [];
    private List<HistoryStep> _steps = [];

    /// <summary>False: as a client without state, which sends steps back and knows nothing of the provider's state.</summary>
    public bool KeepsState { get; init; } = true;

    /// <summary>Whether a result brings the state of its call along; otherwise its call is found by its id.</summary>
    public bool ResultsCarryState { get; init; }

    public GenerationConfig Config { get; set; } = new();

    public IReadOnlyList<FunctionTool> Functions { get; set; } = [];

    public IReadOnlyList<Tool> NativeTools { get; set; } = [];

    public IReadOnlyList<ResponseFormat> Formats { get; set; } = [];

    public IReadOnlyList<SafetySetting> Safety { get; set; } = [];

    public string? SystemInstruction { get; set; }

    public string ServiceTier { get; set; } = "standard";

    public static FunctionTool Function(string name, string schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""") =>
        new() { Name = name, Description = $"Does {name}.", Parameters = JsonElement.Parse(schema) };

    public Task<Answer> SayAsync(string text) => SayAsync(new TextContent { Text = text });

    public Task<Answer> SayAsync(params ContentBlock[] content)
    {
        EndTurn();
        _steps.Add(new(new UserInputStep { Content = content }));
        return CallAsync();
    }

    /// <summary>Answers calls, in the order given, and lets the model go on.</summary>
    public Task<Answer> AnswerAsync(params (string CallId, string Json)[] results)
    {
        foreach (var (callId, json) in results)
        {
            Result(new FunctionResultStep { CallId = callId, Result = JsonElement.Parse(json) });
        }

        return CallAsync();
    }

    public Task<Answer> AnswerAsync(FunctionResultStep result)
    {
        Result(result);
        return CallAsync();
    }

    /// <summary>Steps that come from elsewhere: another provider, or a client's own history.</summary>
    public void Recall(params Step[] steps)
    {
        EndTurn();
        _steps.AddRange(steps.Select(step => new HistoryStep(step)));
    }

    public async Task<Answer> CallAsync()
    {
        var fold = new StepFold();
        var events = new List<ModelEvent>();
        var states = new List<JsonElement?>();
        var request = new ModelRequest
        {
            Model = provider.Describe(model),
            History = [.. _turns, new HistoryTurn(_steps, isSettled: false)],
            Config = Config,
            Functions = Functions,
            NativeTools = NativeTools,
            ResponseFormats = Formats,
            SafetySettings = Safety,
            SystemInstruction = SystemInstruction,
            ServiceTier = ServiceTier,
            Project = "default",
            InteractionId = "int_1",
        };
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var modelEvent in provider.StreamAsync(request, late.Token))
        {
            fold.Add(modelEvent);
            events.Add(modelEvent);
            if (modelEvent is StepStopped stopped)
            {
                states.Add(stopped.State);
            }
        }

        Assert.NotNull(fold.Stopped);
        var steps = fold.Steps.Zip(states).Select(pair => Keep(pair.First, pair.Second)).ToList();
        return new(steps, fold.Stopped, events);
    }

    private void Result(FunctionResultStep result)
    {
        var call = _calls[result.CallId];
        _steps.Add(ResultsCarryState ? new(result, call.State, call.Name) : new(result));
    }

    private void EndTurn()
    {
        if (_steps.Count > 0)
        {
            _turns.Add(new HistoryTurn(_steps, isSettled: true));
            _steps = [];
        }
    }

    private Step Keep(Step step, JsonElement? data)
    {
        var family = provider.Describe(model).Family;
        var (native, upstreamId) = Renamed(step);
        var state = new ProviderState(provider.Name, family, upstreamId, data);
        var name = native is FunctionCallStep call ? call.Name : null;
        if (native is FunctionCallStep named)
        {
            _calls[named.Id] = (named.Name, state);
        }

        _steps.Add(new(native, KeepsState ? state : null, name));
        return native;
    }

    /// <summary>Native ids in place of the upstream's, as the turn loop gives them (P-4).</summary>
    private (Step Step, string? UpstreamId) Renamed(Step step) => step switch
    {
        FunctionCallStep call => (call with { Id = Next() }, call.Id),
        _ => (step, step is ICallStep other ? other.Id : step is IResultStep result ? result.CallId : null),
    };

    private string Next() => "native-" + (_calls.Count + 1).ToString(CultureInfo.InvariantCulture);
}
