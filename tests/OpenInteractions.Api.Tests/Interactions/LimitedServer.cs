using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A server with few places for runs, and a model whose answers the test holds.</summary>
internal sealed class LimitedServer : IAsyncDisposable
{
    private readonly Dictionary<HeldReply, (InteractionsClient Client, string Id)> _held = [];

    private LimitedServer(ServerWithModels models) => Models = models;

    public ServerWithModels Models { get; }

    public InteractionsClient Client => Models.Client;

    public static Task<LimitedServer> StartAsync(params (string Name, string Value)[] settings) => StartAsync([], settings);

    public static async Task<LimitedServer> StartAsync((string Project, string Key)[] keys, params (string Name, string Value)[] settings)
    {
        var models = new ServerWithModels { Settings = settings, Keys = keys };
        await models.InitializeAsync();
        return new LimitedServer(models);
    }

    /// <summary>Starts a background run that works until the test lets it go.</summary>
    public async Task<HeldReply> HoldAsync(string prompt, InteractionsClient? client = null)
    {
        var reply = HeldReply.Next(Models, holdAfter: 1, "held", " and let go");
        var accepted = (await (client ?? Client).CreateAsync($$"""{"model":"local/scripted","input":"{{prompt}}","background":true}""")).Ok();
        await reply.Reached;
        _held.Add(reply, (client ?? Client, accepted.Id));
        return reply;
    }

    /// <summary>The end of a run that was held.</summary>
    public Task<Answer> EndedAsync(HeldReply reply) => _held[reply].Client.EndOfAsync(_held[reply].Id);

    /// <summary>What the model was asked, in order.</summary>
    public IReadOnlyList<string> Prompts() =>
    [
        .. Models.Local.Requests.Where(r => r.Method == "POST").Select(r => r.Json!.Value.GetProperty("messages").EnumerateArray().Last().GetProperty("content"))
            .Select(content => content.ValueKind == JsonValueKind.String ? content.GetString()! : content.EnumerateArray().Single().GetProperty("text").GetString()!),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var reply in _held.Keys)
        {
            reply.LetGo();
        }

        await Models.DisposeAsync();
    }
}
