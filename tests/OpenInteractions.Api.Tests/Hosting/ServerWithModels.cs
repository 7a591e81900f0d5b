using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Hosting;

/// <summary>A server with the embedded model, the fake OpenAI, and a fake server that speaks Chat Completions as the provider <c>local</c>.</summary>
public sealed class ServerWithModels : IAsyncLifetime
{
    private readonly OpenAIVendor _openAI = new();
    private readonly OpenAIVendor _local = new() { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["scripted"] };
    private TestServer? _server;

    /// <summary>Settings besides those of the models.</summary>
    internal (string Name, string Value)[] Settings { get; init; } = [];

    /// <summary>Keys that callers need; without any they need none.</summary>
    internal (string Project, string Key)[] Keys { get; init; } = [];

    internal TestServer Server => _server ?? throw new InvalidOperationException("The server is not started.");

    public InteractionsClient Client => Server.Client;

    /// <summary>The vendor; its models are gpt-5.1 and others.</summary>
    public VendorServer OpenAI { get; private set; } = null!;

    /// <summary>Answers the model <c>local/scripted</c>.</summary>
    public VendorServer Local { get; private set; } = null!;

    /// <summary>A turn of the vendor, in the form that a request asks for.</summary>
    public Func<VendorRequest, VendorReply> Turn(OpenAITurn turn) => _openAI.Reply(turn);

    public async Task InitializeAsync()
    {
        OpenAI = await VendorServer.StartAsync(_openAI);
        Local = await VendorServer.StartAsync(_local);
        (string, string)[] settings =
        [
            ("OPENAI_API_KEY", _openAI.Key!),
            ("OPENAI_BASE_URL", new Uri(OpenAI.Address, "v1").ToString()),
            ("OpenInteractions:Providers:Endpoints:local:BaseUrl", new Uri(Local.Address, "v1").ToString()),
            ("OpenInteractions:Providers:Endpoints:local:Wire", "chat"),
            .. Settings,
        ];
        _server = Keys.Length == 0 ? await TestServer.StartAsync(settings) : await TestServer.StartWithKeysAsync(Keys, settings);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await OpenAI.DisposeAsync();
        await Local.DisposeAsync();
    }
}
