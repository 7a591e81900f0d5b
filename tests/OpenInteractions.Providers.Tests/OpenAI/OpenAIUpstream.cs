using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>An adapter and the strict fake that it talks to over a socket.</summary>
internal sealed class OpenAIUpstream : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OpenAIUpstream(VendorServer server, OpenAIVendor vendor, OpenAIProvider provider, ServiceProvider services, RecordingLogger log)
    {
        Server = server;
        Vendor = vendor;
        Provider = provider;
        Log = log;
        _services = services;
    }

    public VendorServer Server { get; }

    public OpenAIVendor Vendor { get; }

    public OpenAIProvider Provider { get; }

    public RecordingLogger Log { get; }

    /// <summary>The body of the last request that reached the vendor.</summary>
    public JsonElement LastBody => Server.Requests[^1].Json!.Value;

    public static async Task<OpenAIUpstream> StartAsync(
        OpenAIVendor? vendor = null, OpenAIWire wire = OpenAIWire.Responses, ChatProfile? chat = null, string? key = null, UpstreamOptions? options = null, bool hasServer = true, TimeProvider? time = null)
    {
        vendor ??= new OpenAIVendor();
        var server = await VendorServer.StartAsync(vendor);
        var upstream = options ?? new UpstreamOptions { RetryDelay = TimeSpan.FromMilliseconds(1) };
        var services = new ServiceCollection();
        services.AddUpstreamHttp(upstream);
        var built = services.BuildServiceProvider();
        var log = new RecordingLogger();
        var provider = new OpenAIProvider(
            new OpenAIProviderOptions { BaseAddress = new Uri(server.Address, "v1/"), ApiKey = key ?? vendor.Key, Wire = wire, Chat = chat ?? ChatProfile.Vendor },
            upstream, built.GetRequiredService<IHttpMessageHandlerFactory>(), new PlainEnvelope(), time ?? TimeProvider.System, log);
        if (!hasServer)
        {
            await server.DisposeAsync();
        }

        return new OpenAIUpstream(server, vendor, provider, built, log);
    }

    public void Script(OpenAITurn turn) => Server.Enqueue(Vendor.Reply(turn));

    /// <summary>A scripted turn with a fault.</summary>
    public void Script(OpenAITurn turn, Func<VendorReply, VendorReply> fault) => Server.Enqueue(request => fault(Vendor.Reply(turn)(request)));

    public ModelRequest Ask(string model, string text, GenerationConfig? config = null) => Ask(model, [User(text)], config);

    public ModelRequest Ask(string model, IReadOnlyList<HistoryStep> history, GenerationConfig? config = null) => new()
    {
        Model = Provider.Describe(model),
        History = [new HistoryTurn(history, isSettled: false)],
        Config = config ?? new GenerationConfig(),
        Project = "default",
        InteractionId = "int_test",
    };

    public static HistoryStep User(string text) => new(new UserInputStep { Content = [new TextContent { Text = text }] });

    public static HistoryStep Result(HistoryStep call, JsonElement result, bool? isError = null)
    {
        var step = (FunctionCallStep)call.Step;
        return new HistoryStep(new FunctionResultStep { CallId = step.Id, Result = result, IsError = isError }, call.State, step.Name);
    }

    public static HistoryStep Result(HistoryStep call, string text) => Result(call, JsonSerializer.SerializeToElement(text));

    public static FunctionTool Function(string name, string? schema = null) => new()
    {
        Name = name,
        Description = $"Does {name}.",
        Parameters = JsonElement.Parse(schema ?? """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""),
    };

    public Task<ModelAnswer> CallAsync(ModelRequest request, CancellationToken cancellationToken = default) => ModelAnswer.CollectAsync(Provider, request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _services.DisposeAsync();
    }

    /// <summary>Keeps the scope, and opens in no other; authentication is the engine's concern.</summary>
    private sealed class PlainEnvelope : ISignatureEnvelope
    {
        public string Seal(SignatureScope scope, string kind, ReadOnlySpan<byte> payload) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{scope.Project}\n{scope.Provider}\n{scope.Family}\n{kind}\n{Convert.ToBase64String(payload)}"));

        public OpenedSignature? Open(string? signature, SignatureScope scope)
        {
            if (signature is null || !Convert.TryFromBase64String(signature, new byte[signature.Length], out _))
            {
                return null;
            }

            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(signature)).Split('\n');
            return parts.Length == 5 && new SignatureScope(parts[0], parts[1], parts[2]) == scope ? new OpenedSignature(parts[3], Convert.FromBase64String(parts[4])) : null;
        }
    }
}

/// <summary>What was logged, as text.</summary>
internal sealed class RecordingLogger : ILogger<OpenAIProvider>
{
    private readonly List<string> _lines = [];

    public string Text { get { lock (_lines) { return string.Join("\n", _lines); } } }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
