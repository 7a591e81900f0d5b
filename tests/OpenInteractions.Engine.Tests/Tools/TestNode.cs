using System.Text.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Tests.Turns;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>
/// The engine of one node over the real embedded store. A second node over the same store takes the runs of the first over, as after its death: the first may
/// go on, and is fenced.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo? _data;
    private readonly IHostedService[] _hosted;

    private TestNode(ServiceProvider services, DirectoryInfo? data) =>
        (_services, _data, _hosted) = (services, data, [services.GetRequiredService<JournalWriter>(), services.GetRequiredService<RunWorker>()]);

    public List<string> Log { get; } = [];

    /// <summary>Everything that the store has written, in all of its files.</summary>
    public string Written() => string.Concat(_data!.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Name != "lock").Select(f =>
    {
        using var file = new StreamReader(f.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), System.Text.Encoding.Latin1);
        return file.ReadToEnd();
    }));

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static async Task<TestNode> StartAsync(IModelProvider model, IToolKind? tools = null, TestNode? takesOver = null, IToolPolicy? policy = null, TimeProvider? time = null, IEventJournal? journal = null, params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        var log = new CapturedLines();
        services.AddLogging(b => b.SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("OpenInteractions:" + s.Name, (string?)s.Value))).Build());
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<IHostApplicationLifetime>(new Lifetime());
        services.AddSingleton(model);
        services.AddSingleton<ISignatureEnvelope>(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize]));
        services.AddSingleton<ISecretBox>(new SecretBox(() => new byte[SecretBox.KeySize]));
        services.AddOptions<OutboundOptions>();
        services.AddOptions<AgentOptions>();
        if (tools is not null)
        {
            services.AddSingleton(tools);
        }

        if (policy is not null)
        {
            services.AddSingleton(policy);
        }

        services.AddCheckedOptions<RunOptions>(RunOptions.Section);
        services.AddCheckedOptions<StreamOptions>(StreamOptions.Section);
        services.AddCheckedOptions<ToolOptions>(ToolOptions.Section);
        services.AddCheckedOptions<ToolPolicyOptions>(ToolPolicyOptions.Section);
        services.AddOptions<ModelCatalogOptions>();
        foreach (var part in new[]
        {
            typeof(ModelCatalog), typeof(InteractionId), typeof(ConversationChain), typeof(RunRegistry), typeof(RunLimits), typeof(RunBacklog), typeof(EngineInstruments), typeof(StructuredOutput),
            typeof(RunExecutor), typeof(EventStreams), typeof(CreateInteraction), typeof(GetInteraction), typeof(CancelInteraction), typeof(ForeignReaders), typeof(RunNews), typeof(BatchAppender), typeof(JournalWriter), typeof(StorePatience), typeof(LeaseKeeper),
            typeof(CancelWatch), typeof(RunWorker), typeof(ToolGate), typeof(ToolKinds), typeof(ToolCallRunner), typeof(ToolTurns), typeof(SealedReadings), typeof(KeptRequests), typeof(AgentDirectory), typeof(AgentRequests), typeof(EnvironmentBinding), typeof(OutboundGuard),
        })
        {
            services.AddSingleton(part);
        }

        services.AddSingleton<IToolPolicy, RuleFilePolicy>();
        DirectoryInfo? data = null;
        if (takesOver is null)
        {
            data = Directory.CreateTempSubdirectory("oi-rounds-");
            services.AddStorage(data.FullName);
            var store = services.Last(s => s.ServiceType == typeof(IRunQueue));
            services.AddSingleton(s => MortalQueue.Of((IRunQueue)(store.ImplementationInstance ?? store.ImplementationFactory?.Invoke(s) ?? ActivatorUtilities.CreateInstance(s, store.ImplementationType!))));
        }
        else
        {
            services.AddSingleton(takesOver.Get<IInteractionStore>());
            services.AddSingleton(((MortalQueue)(object)takesOver.Get<IRunQueue>()).Die());
            services.AddSingleton(takesOver.Get<IEventJournal>());
            services.AddSingleton(takesOver.Get<INodeSignals>());
        }

        if (journal is not null)
        {
            services.AddSingleton(journal); // in place of the store's
        }

        var node = new TestNode(services.BuildServiceProvider(), data);
        log.Lines = node.Log;
        foreach (var hosted in node._hosted)
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return node;
    }

    /// <summary>A plain answer.</summary>
    public async Task<StoredInteraction> AskAsync(string request) => ((CreatedInteraction.Answered)await CreateAsync(request)).Interaction;

    /// <summary>A stream, read to its end; and what is kept then.</summary>
    public async Task<(StoredInteraction Kept, IReadOnlyList<StreamEvent> Events)> StreamAsync(string request)
    {
        var streamed = (CreatedInteraction.Streamed)await CreateAsync(request);
        var events = await ReadAsync(streamed.Events);
        return (await GetAsync(streamed.Id), events);
    }

    /// <summary>Accepts a background run and begins it.</summary>
    public async Task<string> BeginAsync(string request)
    {
        var accepted = (CreatedInteraction.Accepted)await CreateAsync(request);
        accepted.Begin();
        return accepted.Interaction.Id;
    }

    /// <summary>Follows a run to its end; and what is kept then.</summary>
    public async Task<(StoredInteraction Kept, IReadOnlyList<StreamEvent> Events)> FollowAsync(string id)
    {
        var events = await ReadAsync(await Get<GetInteraction>().StreamAsync(Local, id, lastEventId: null, CancellationToken.None));
        return (await GetAsync(id), events);
    }

    /// <summary>Follows a run until something is told.</summary>
    public async Task FollowUntilAsync(string id, Func<StreamEvent, bool> isIt)
    {
        var stream = await Get<GetInteraction>().StreamAsync(Local, id, lastEventId: null, CancellationToken.None);
        await foreach (var frames in stream.ReadAsync(CancellationToken.None))
        {
            if (frames is { } given && EventFrame.ReadAll(given).Any(isIt))
            {
                return;
            }
        }

        Assert.Fail("The stream ended before it was told.");
    }

    public Task<CreatedInteraction> CreateAsync(string request) =>
        Get<CreateInteraction>().ExecuteAsync(Local, JsonSerializer.Deserialize(request, WireJson.Wire.CreateInteractionRequest)!, mark: null, CancellationToken.None).OrTimeout("the answer to a create");

    public Task<StoredInteraction> GetAsync(string id) => Get<GetInteraction>().ExecuteAsync(Local, id, CancellationToken.None);

    public Task<StoredInteraction> CancelAsync(string id) => Get<CancelInteraction>().ExecuteAsync(Local, id, CancellationToken.None);

    /// <summary>Stops as planned: what runs is handed over.</summary>
    public async Task StopAsync()
    {
        var registry = Get<RunRegistry>();
        var runs = registry.Leased;
        await _hosted[1].StopAsync(CancellationToken.None);
        registry.HandOver();
        await Task.WhenAll(runs.Select(r => r.Execution)).OrTimeout("the runs hand themselves over");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _hosted.Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
        _data?.Delete(recursive: true);
    }

    private static Caller Local => new(Caller.DefaultProject, KeyId: null);

    private static async Task<IReadOnlyList<StreamEvent>> ReadAsync(EventStream stream)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var events = new List<StreamEvent>();
        await foreach (var frames in stream.ReadAsync(patience.Token))
        {
            events.AddRange(frames is { } given ? EventFrame.ReadAll(given) : []);
        }

        return events;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }

    private sealed class CapturedLines : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; set; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
            {
                Lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>What tests look at in what is kept.</summary>
internal static class Kept
{
    public static IReadOnlyList<Step> Steps(this StoredInteraction interaction) => TurnJson.ReadSteps(interaction.Output);

    public static string[] Types(this StoredInteraction interaction) => [.. interaction.Steps().Select(s => s.Type)];

    /// <summary>The text of each result, in order.</summary>
    public static string[] Results(this StoredInteraction interaction) => [.. interaction.Steps().Select(TextOf).OfType<string>()];

    public static string Errors(this StoredInteraction interaction) => Encoding.UTF8.GetString(interaction.Errors.Span);

    public static Usage Usage(this StoredInteraction interaction) => JsonSerializer.Deserialize(interaction.Usage.Span, WireJson.Wire.Usage)!;

    /// <summary>The fold of everything that a client saw is what a get shows (behaviour BG-9).</summary>
    public static void AssertFold(this (StoredInteraction Kept, IReadOnlyList<StreamEvent> Events) ended)
    {
        var client = new ClientView();
        client.See(ended.Events);
        Assert.Equal(StepJson.Of(ended.Kept.Steps()), client.Steps);
    }

    private static string? TextOf(Step step) => step switch
    {
        McpServerToolResultStep r => ToolResult.Text(r.Result),
        FunctionResultStep r => ToolResult.Text(r.Result),
        _ => null,
    };
}
