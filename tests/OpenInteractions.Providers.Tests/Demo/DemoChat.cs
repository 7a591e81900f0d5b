using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Demo;

namespace OpenInteractions.Providers.Tests.Demo;

/// <summary>A conversation with the demo model, which keeps the turns as the engine would.</summary>
internal sealed class DemoChat
{
    public static readonly SignatureEnvelope Envelope = new(Enumerable.Range(0, SignatureEnvelope.KeySize).Select(i => (byte)i).ToArray());

    private readonly List<HistoryTurn> _turns = [];

    public DemoProvider Provider { get; init; } = new(Envelope, TimeProvider.System);

    public List<FunctionTool> Functions { get; } = [];

    public GenerationConfig Config { get; set; } = new();

    public string? SystemInstruction { get; set; }

    public IReadOnlyList<ResponseFormat> Formats { get; set; } = [];

    public DemoChat WithFunction(string name, string? parameters = null)
    {
        Functions.Add(new FunctionTool { Name = name, Parameters = parameters is null ? null : JsonElement.Parse(parameters) });
        return this;
    }

    public Task<DemoAnswer> SayAsync(string text) => GiveAsync(new UserInputStep { Content = [new TextContent { Text = text }] });

    public Task<DemoAnswer> ShowAsync(string text, params ContentBlock[] media) => GiveAsync(new UserInputStep { Content = [new TextContent { Text = text }, .. media] });

    public Task<DemoAnswer> ReturnAsync(string callId, string result, bool isError = false) =>
        GiveAsync(new FunctionResultStep { CallId = callId, Result = JsonElement.Parse(result), IsError = isError ? true : null });

    public async Task<DemoAnswer> GiveAsync(params Step[] input)
    {
        var names = _turns.SelectMany(t => t.Steps).Select(s => s.Step).OfType<FunctionCallStep>().ToDictionary(c => c.Id, c => c.Name);
        var given = input.Select(s => new HistoryStep(s, CallName: s is FunctionResultStep r ? names[r.CallId] : null)).ToArray();
        var answer = await AskAsync(Request([.. _turns, new HistoryTurn(given, isSettled: false)]));

        // The engine gives calls ids that are unique in the chain.
        answer = answer with { Steps = [.. answer.Steps.Select(s => s is FunctionCallStep c ? c with { Id = $"t{_turns.Count}_{c.Id}" } : s)] };
        _turns.Add(new HistoryTurn([.. given, .. answer.Steps.Select(s => new HistoryStep(s))], isSettled: true));
        return answer;
    }

    public ModelRequest Request(IReadOnlyList<HistoryTurn> history) => new()
    {
        Model = Provider.Describe("demo"),
        History = history,
        Functions = Functions,
        Config = Config,
        ResponseFormats = Formats,
        SystemInstruction = SystemInstruction,
        Project = "default",
        InteractionId = "v1_test",
    };

    public async Task<DemoAnswer> AskAsync(ModelRequest request)
    {
        var events = new List<ModelEvent>();
        await foreach (var happens in Provider.StreamAsync(request, CancellationToken.None))
        {
            events.Add(happens);
        }

        return DemoAnswer.Of(events);
    }
}

/// <summary>What the demo model sent, folded.</summary>
internal sealed record DemoAnswer(IReadOnlyList<Step> Steps, IReadOnlyList<ModelEvent> Events)
{
    public string Text => string.Concat(Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).OfType<TextContent>().Select(t => t.Text));

    public JsonElement Json => JsonElement.Parse(Text);

    public IReadOnlyList<FunctionCallStep> Calls => [.. Steps.OfType<FunctionCallStep>()];

    public ThoughtStep Thought => Steps.OfType<ThoughtStep>().Single();

    public ModelStopped Stopped => (ModelStopped)Events[^1];

    /// <summary>Calls as <c>name {arguments}</c>.</summary>
    public IReadOnlyList<string> CallTexts => [.. Calls.Select(c => $"{c.Name} {c.Arguments.GetRawText()}")];

    /// <summary>Folds the events, and holds that their order is the one that the contract sets.</summary>
    public static DemoAnswer Of(IReadOnlyList<ModelEvent> events)
    {
        var steps = new List<Step>();
        Step? open = null;
        var text = new StringBuilder();
        var summary = new StringBuilder();
        string? signature = null;
        for (var i = 0; i < events.Count; i++)
        {
            switch (events[i])
            {
                case StepStarted started:
                    Assert.Null(open);
                    open = started.Shell;
                    text.Clear();
                    break;
                case StepPiece { Delta: TextDelta delta }:
                    Assert.IsType<ModelOutputStep>(open);
                    text.Append(delta.Text);
                    break;
                case StepPiece { Delta: ArgumentsDelta delta }:
                    Assert.IsType<FunctionCallStep>(open);
                    text.Append(delta.Arguments);
                    break;
                case StepPiece { Delta: ThoughtSummaryDelta { Content: TextContent content } }:
                    Assert.IsType<ThoughtStep>(open);
                    summary.Append(content.Text);
                    break;
                case StepPiece { Delta: ThoughtSignatureDelta delta }:
                    Assert.IsType<ThoughtStep>(open);
                    signature = delta.Signature;
                    break;
                case StepStopped:
                    steps.Add(open switch
                    {
                        FunctionCallStep call => call with { Arguments = JsonElement.Parse(text.ToString()) },
                        ThoughtStep => new ThoughtStep { Signature = signature, Summary = summary.Length == 0 ? null : [new TextContent { Text = summary.ToString() }] },
                        _ => new ModelOutputStep { Content = text.Length == 0 ? [] : [new TextContent { Text = text.ToString() }] },
                    });
                    open = null;
                    break;
                case ModelStopped:
                    Assert.Equal(events.Count - 1, i);
                    break;
                default:
                    Assert.Fail($"Unexpected event {events[i]}");
                    break;
            }
        }

        Assert.Null(open);
        Assert.IsType<ModelStopped>(events[^1]);
        return new DemoAnswer(steps, events);
    }
}
