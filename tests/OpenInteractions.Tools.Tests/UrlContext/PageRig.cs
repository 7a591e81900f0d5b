using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.UrlContext;
using OpenInteractions.Tools.UrlContext.Robots;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>The kind as the server has it, with loopback opened for the tests' own sites.</summary>
internal sealed class PageRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public PageRig(UrlContextOptions? options = null, TimeProvider? time = null, bool loopback = true, OutboundGuard? guard = null, ToolOptions? tools = null)
    {
        Options = options ?? new UrlContextOptions();
        var outbound = new OutboundOptions();
        outbound.AllowedNetworks.AddRange(loopback ? ["127.0.0.1/32"] : []);
        var services = new ServiceCollection();
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(outbound)).AddOutboundGuard().AddUrlContext();
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(Options));
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(tools ?? new ToolOptions()));
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<ISignatureEnvelope>(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize]));
        services.AddSingleton<SealedReadings>();
        if (guard is not null)
        {
            services.AddSingleton(guard);
        }

        _services = services.BuildServiceProvider();
    }

    public UrlContextOptions Options { get; }

    public RobotsFiles Robots => _services.GetRequiredService<RobotsFiles>();

    public IToolKind Kind => _services.GetRequiredService<IToolKind>();

    /// <summary>What the model of the run does not take; by default any medium.</summary>
    public Func<MediaContent, string?> MediaFault { get; set; } = media => $"{media.Type} input";

    /// <summary>A guard in a world of its own: names answer as a test says, and every connection ends at the test's site.</summary>
    public static OutboundGuard GuardOf(Func<string, string[]> names, EndPoint site, Action<IPEndPoint>? dialled = null)
    {
        async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
        {
            dialled?.Invoke(address);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(site, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }

        return new OutboundGuard(
            Microsoft.Extensions.Options.Options.Create(new OutboundOptions()),
            (host, _) => Task.FromResult(names(host).Select(IPAddress.Parse).ToArray()),
            DialAsync);
    }

    public async Task<PageAnswer> ReadAsync(params string[] urls) => await ReadAsync("project", urls);

    public async Task<PageAnswer> ReadAsync(string project, string[] urls, CancellationToken cancellationToken = default)
    {
        var scope = new ToolScope(project, "interaction", "root") { MediaFault = MediaFault };
        await using var open = await Kind.OpenAsync(new UrlContextTool(), scope, CancellationToken.None);
        var function = Assert.Single(open.Functions);
        var call = function.CallStep("call_1", JsonSerializer.SerializeToElement(new { urls }));
        var result = (UrlContextResultStep)await function.RunAsync(call, cancellationToken);
        return new PageAnswer(result, _services.GetRequiredService<SealedReadings>().Open(project, result)!);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>A result, and what the model reads of it.</summary>
internal sealed record PageAnswer(UrlContextResultStep Step, ToolReading Reading)
{
    public string? Status => Step.Result[0].Status;

    public string? Url => Step.Result[0].Url;

    public IReadOnlyList<ContentBlock> Blocks => ToolResult.Blocks(Reading.Content) ?? [];

    public string Text => Reading.Content.ValueKind == JsonValueKind.String ? Reading.Content.GetString()! : string.Join("\n\n", Blocks.OfType<TextContent>().Select(b => b.Text));

    /// <summary>The text of the first page, without what stands before it.</summary>
    public string Body
    {
        get
        {
            var page = Blocks.OfType<TextContent>().Select(b => b.Text).First(t => !t.StartsWith("After each statement", StringComparison.Ordinal));
            var head = page.IndexOf("\n\n", StringComparison.Ordinal);
            return head < 0 ? "" : page[(head + 2)..];
        }
    }
}
