using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// What tools reach, in the test's own process: it survives the server that is killed and remembers every call. It is a remote MCP server, of which <c>read</c> only
/// reads, <c>stamp</c> may be called again without harm, and <c>send</c> has an effect each time; and it is what <see cref="ReadingTools"/> ask. A call has taken effect
/// when it is heard, whatever becomes of its answer.
/// </summary>
internal sealed class ToolServer : IAsyncDisposable
{
    public const string Read = "read";
    public const string Stamp = "stamp";
    public const string Send = "send";

    private const string Revision = "2026-07-28";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<(string Tool, string Key), int> _calls = new();
    private readonly Milestones _milestones = new();

    private ToolServer(WebApplication app) => _app = app;

    /// <summary>The declaration of the tool.</summary>
    public string Declaration => $$"""{"type":"mcp_server","name":"crm","url":"{{Address}}/mcp"}""";

    /// <summary>Settings without which no server may reach this one.</summary>
    public static (string Name, string Value) Setting => ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32");

    /// <summary>Where it is.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>What a call waits for before it is answered.</summary>
    public Func<Task> Hold { get; set; } = () => Task.CompletedTask;

    /// <summary>Every call, by tool and what it is about, and how often it was made.</summary>
    public IReadOnlyDictionary<(string Tool, string Key), int> Calls => _calls;

    public static async Task<ToolServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ToolServer(app);
        app.MapPost("/mcp", server.AnswerAsync);
        ReadingTools.Map(app, server.HearAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A call of one of the MCP tools, as the model writes it.</summary>
    public static FunctionCall Call(string tool, string about) => new($"crm__{tool}", $$"""{"about":"{{about}}"}""");

    /// <summary>How often a tool was called for something.</summary>
    public int CallsOf(string tool, string key) => _calls.GetValueOrDefault((tool, key));

    /// <summary>Completes when so many calls have come in all.</summary>
    public Task CalledAsync(int count) => _milestones.ReachedAsync(() => _calls.Values.Sum() >= count, () => $"The tools never had {count} calls; they had {_calls.Values.Sum()}.");

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonObject? result = body["method"]!.GetValue<string>() switch
        {
            "server/discover" => new JsonObject { ["supportedVersions"] = new JsonArray(Revision), ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() }, ["resultType"] = "complete" },
            "tools/list" => new JsonObject { ["tools"] = new JsonArray(Tool(Read, "readOnlyHint"), Tool(Stamp, "idempotentHint"), Tool(Send, hint: null)), ["resultType"] = "complete" },
            "tools/call" => await CallAsync(body["params"]!, context.RequestAborted),
            _ => null,
        };
        if (context.RequestAborted.IsCancellationRequested)
        {
            return; // the server was killed, or has given the call up
        }

        if (result is null)
        {
            context.Response.StatusCode = 202; // a notification
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = body["id"]!.DeepClone(), ["result"] = result }.ToJsonString());
    }

    private async Task<JsonObject> CallAsync(JsonNode call, CancellationToken gone)
    {
        var (tool, key) = (call["name"]!.GetValue<string>(), call["arguments"]!["about"]!.GetValue<string>());
        await HearAsync(tool, key, gone);
        return new JsonObject { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = $"{tool} has done {key}" }), ["resultType"] = "complete" };
    }

    /// <summary>Remembers a call, and returns when it may be answered, or nobody waits for it any more.</summary>
    private async Task HearAsync(string tool, string key, CancellationToken gone)
    {
        _calls.AddOrUpdate((tool, key), 1, (_, count) => count + 1);
        _milestones.Count();
        await Hold().WaitAsync(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static JsonObject Tool(string name, string? hint) => new()
    {
        ["name"] = name,
        ["description"] = $"Does {name}.",
        ["inputSchema"] = JsonNode.Parse("""{"type":"object","properties":{"about":{"type":"string"}},"required":["about"]}"""),
        ["annotations"] = hint is null ? new JsonObject() : new JsonObject { [hint] = true },
    };
}
