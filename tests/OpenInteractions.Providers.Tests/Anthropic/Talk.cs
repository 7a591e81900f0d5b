using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Anthropic;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>
/// A conversation with the adapter over a socket, kept as the engine keeps it: steps go through their wire form, calls get native ids, states stay with
/// their steps.
/// </summary>
internal sealed class Talk : IAsyncDisposable, IHttpMessageHandlerFactory
{
    public const string Key = "sk-ant-secret-0123456789";

    private readonly SocketsHttpHandler _handler;
    private readonly List<HistoryTurn> _turns = [];
    private int _calls;

    private Talk(AnthropicVendor vendor, VendorServer server, UpstreamOptions upstream, LogLines log, string? key, TimeProvider time)
    {
        (Vendor, Server, Log) = (vendor, server, log);
        _handler = UpstreamHttp.NewHandler(upstream);
        var options = new AnthropicOptions { BaseAddress = server.Address, ApiKey = key };
        Provider = new AnthropicProvider(options, upstream, this, new TestEnvelope(), time, log);
    }

    public AnthropicVendor Vendor { get; }

    public VendorServer Server { get; }

    public AnthropicProvider Provider { get; }

    public LogLines Log { get; }

    public string Model { get; set; } = "claude-opus-5";

    public string? System { get; set; }

    public IReadOnlyList<FunctionTool> Functions { get; set; } = [];

    public IReadOnlyList<Tool> NativeTools { get; set; } = [];

    public GenerationConfig Config { get; set; } = new();

    public IReadOnlyList<ResponseFormat> Formats { get; set; } = [];

    /// <summary>Whether a result comes with the state of its call, as the engine's contract promises.</summary>
    public bool ResultsCarryStates { get; set; } = true;

    public static async Task<Talk> BeginAsync(AnthropicVendor? vendor = null, UpstreamOptions? upstream = null, string? key = Key, TimeProvider? time = null)
    {
        vendor ??= new AnthropicVendor();
        upstream ??= new UpstreamOptions { RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(1) };
        return new Talk(vendor, await VendorServer.StartAsync(vendor), upstream, new LogLines(), key, time ?? TimeProvider.System);
    }

    public HttpMessageHandler CreateHandler(string name) => _handler;

    public void Script(AnthropicTurn turn) => Server.Enqueue(Vendor.Reply(turn));

    public static FunctionTool Function(string name, string? parameters = """{"type":"object","properties":{"city":{"type":"string"}}}""") =>
        new() { Name = name, Description = "Does something.", Parameters = parameters is null ? null : JsonElement.Parse(parameters) };

    public static UserInputStep Says(string text) => new() { Content = [new TextContent { Text = text }] };

    public static FunctionResultStep Result(FunctionCallStep call, string json, bool isError = false) =>
        new() { CallId = call.Id, Result = JsonElement.Parse(json), IsError = isError ? true : null };

    public Task<Told> SayAsync(string text) => AskAsync(Says(text));

    /// <summary>One interaction: the input, the answer, and both become history.</summary>
    public async Task<Told> AskAsync(params Step[] input)
    {
        var turn = input.Select(Stored).Select(s => new HistoryStep(s, s is IResultStep result && ResultsCarryStates ? StateOf(result.CallId) : null)).ToList();
        var told = await CollectAsync(Request(turn));
        var answer = Fold(told.Events);
        _turns.Add(new HistoryTurn([.. turn, .. answer], isSettled: true));
        return told with { Steps = [.. answer.Select(s => s.Step)] };
    }

    /// <summary>Puts steps of another maker into the history.</summary>
    public void Remember(params Step[] steps) => _turns.Add(new HistoryTurn([.. steps.Select(s => new HistoryStep(s))], isSettled: true));

    /// <summary>What a stateless client would send: the same steps without states.</summary>
    public void ForgetStates()
    {
        var bare = _turns.Select(t => new HistoryTurn([.. t.Steps.Select(s => new HistoryStep(s.Step))], isSettled: true)).ToList();
        _turns.Clear();
        _turns.AddRange(bare);
    }

    public ModelRequest Request(IReadOnlyList<HistoryStep> turn) => new()
    {
        Model = Provider.Describe(Model),
        History = [.. _turns, new HistoryTurn(turn, isSettled: false)],
        SystemInstruction = System,
        Functions = Functions,
        NativeTools = NativeTools,
        Config = Config,
        ResponseFormats = Formats,
        Project = "default",
        InteractionId = "interaction-1",
    };

    /// <summary>What the last call noted that it went without.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary>The body of the last request that reached the service.</summary>
    public JsonElement Sent => Server.Requests[^1].Json!.Value;

    public void AssertNothingRefused() => Assert.Empty(Server.Refusals.Select(r => Encoding.UTF8.GetString(r.Reply.Body)));

    public async ValueTask DisposeAsync()
    {
        _handler.Dispose();
        await Server.DisposeAsync();
    }

    private async Task<Told> CollectAsync(ModelRequest request)
    {
        LeftOut = request.LeftOut.Paths;
        var events = new List<ModelEvent>();
        await foreach (var modelEvent in Provider.StreamAsync(request, CancellationToken.None))
        {
            events.Add(modelEvent);
            LeftOut = request.LeftOut.Paths;
        }

        return new Told(events);
    }

    private ProviderState? StateOf(string callId) =>
        _turns.SelectMany(t => t.Steps).LastOrDefault(s => s.Step is ICallStep call && call.Id == callId)?.State;

    private List<HistoryStep> Fold(IReadOnlyList<ModelEvent> events)
    {
        var steps = new List<HistoryStep>();
        Step? open = null;
        var pieces = new List<StepDelta>();
        foreach (var modelEvent in events)
        {
            switch (modelEvent)
            {
                case StepStarted started:
                    Assert.Null(open);
                    (open, pieces) = (started.Shell, []);
                    break;
                case StepPiece piece:
                    Assert.NotNull(open);
                    pieces.Add(piece.Delta);
                    break;
                case StepStopped stopped:
                    Assert.NotNull(open);
                    steps.Add(Folded(open, pieces, stopped.State));
                    open = null;
                    break;
            }
        }

        Assert.Null(open);
        Assert.IsType<ModelStopped>(events[^1]);
        return steps;
    }

    private HistoryStep Folded(Step shell, List<StepDelta> pieces, JsonElement? data)
    {
        string? upstreamId = null;
        Step step;
        switch (shell)
        {
            case ModelOutputStep:
                var marks = pieces.OfType<TextAnnotationDelta>().SelectMany(d => d.Annotations!).ToList();
                var text = new TextContent { Text = string.Concat(pieces.OfType<TextDelta>().Select(d => d.Text)), Annotations = marks.Count > 0 ? marks : null };
                step = new ModelOutputStep { Content = [text] };
                break;
            case ThoughtStep:
                var summary = string.Concat(pieces.OfType<ThoughtSummaryDelta>().Select(d => ((TextContent)d.Content!).Text));
                step = new ThoughtStep
                {
                    Signature = pieces.OfType<ThoughtSignatureDelta>().SingleOrDefault()?.Signature,
                    Summary = summary.Length > 0 ? [new TextContent { Text = summary }] : null,
                };
                break;
            case FunctionCallStep call:
                upstreamId = call.Id;
                var arguments = string.Concat(pieces.OfType<ArgumentsDelta>().Select(d => d.Arguments));
                step = call with { Id = $"fc-{++_calls}", Arguments = JsonElement.Parse(arguments.Length == 0 ? "{}" : arguments) };
                break;
            case GoogleSearchCallStep search:
                step = search with { Arguments = pieces.OfType<GoogleSearchCallDelta>().Single().Arguments };
                break;
            case GoogleSearchResultStep found:
                step = found with { Result = pieces.OfType<GoogleSearchResultDelta>().Single().Result };
                break;
            default:
                throw new InvalidOperationException($"No fold for {shell.Type}.");
        }

        var state = data is null && upstreamId is null ? null : new ProviderState(Provider.Name, Provider.Describe(Model).Family, upstreamId, data?.Clone());
        return new HistoryStep(Stored(step), state);
    }

    private static Step Stored(Step step) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(step, WireJson.Wire.Step), WireJson.Wire.Step)!;
}

/// <summary>What one call told.</summary>
internal sealed record Told(IReadOnlyList<ModelEvent> Events)
{
    public IReadOnlyList<Step> Steps { get; init; } = [];

    public ModelStopped Stop => (ModelStopped)Events[^1];

    public string Text => string.Concat(Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).OfType<TextContent>().Select(t => t.Text));

    public IReadOnlyList<FunctionCallStep> Calls => [.. Steps.OfType<FunctionCallStep>()];
}

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines : ILogger<AnthropicProvider>
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines { get { lock (_lines) { return [.. _lines]; } } }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add(formatter(state, exception));
        }
    }
}
