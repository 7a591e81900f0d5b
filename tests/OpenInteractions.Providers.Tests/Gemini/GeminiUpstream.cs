using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>A fake Gemini on a socket and a provider that talks to it.</summary>
internal sealed class GeminiUpstream : IAsyncDisposable
{
    public const string Model = "gemini-3.8-flash";

    private readonly List<ServiceProvider> _services = [];

    private GeminiUpstream(FakeGemini vendor, VendorServer server)
    {
        Vendor = vendor;
        Server = server;
    }

    public static TheoryData<GeminiWire> Wires => new(GeminiWire.Interactions, GeminiWire.GenerateContent);

    public FakeGemini Vendor { get; }

    public VendorServer Server { get; }

    public ClearEnvelope Envelope { get; } = new();

    public static async Task<GeminiUpstream> StartAsync(FakeGemini? vendor = null)
    {
        vendor ??= new FakeGemini();
        return new(vendor, await VendorServer.StartAsync(vendor));
    }

    public GeminiProvider Provider(GeminiWire wire, UpstreamOptions? upstream = null, string key = FakeGemini.Key, TimeProvider? time = null)
    {
        var options = upstream ?? new UpstreamOptions { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(20) };
        var services = new ServiceCollection();
        services.AddUpstreamHttp(options);
        var built = services.BuildServiceProvider();
        _services.Add(built);
        return new GeminiProvider(
            new GeminiOptions { BaseUrl = Server.Address, ApiKey = key, Wire = wire },
            options,
            built.GetRequiredService<IHttpMessageHandlerFactory>(),
            Envelope,
            time ?? TimeProvider.System,
            NullLogger<GeminiProvider>.Instance);
    }

    public Dialogue Dialogue(GeminiWire wire, string model = Model) => new(Provider(wire), model);

    /// <summary>Scripts the next answers.</summary>
    public void Answers(params GeminiTurn[] turns)
    {
        foreach (var turn in turns)
        {
            Server.Enqueue(Vendor.Turn(turn));
        }
    }

    /// <summary>The body of a request, counted from 1.</summary>
    public JsonNode Body(int request) => JsonNode.Parse(Server.Requests[request - 1].Text)!;

    /// <summary>The fake refused nothing: what was sent keeps the vendor's rules.</summary>
    public void AssertNothingRefused() => Assert.Empty(Server.Refusals.Select(r => System.Text.Encoding.UTF8.GetString(r.Reply.Body)));

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
