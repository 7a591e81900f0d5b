using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// A remote MCP server in the test's own process: it survives the server that is killed and remembers every call. <c>read</c> only reads, <c>stamp</c> may be
/// called again without harm, and <c>send</c> has an effect each time. A call has taken effect when it is heard, whatever becomes of its answer.
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
    public string Declaration => $$"""{"type":"mcp_server","name":"crm","url":"{{_app.Urls.Single()}}/mcp"}""";

    /// <summary>Settings without which no server may reach this one.</summary>
    public static (string Name, string Value) Setting => ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32");

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
        await app.StartAsync();
        return server;
    }

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
        _calls.AddOrUpdate((tool, key), 1, (_, count) => count + 1);
        _milestones.Count();
        await Hold().WaitAsync(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new JsonObject { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = $"{tool} has done {key}" }), ["resultType"] = "complete" };
    }

    private static JsonObject Tool(string name, string? hint) => new()
    {
        ["name"] = name,
        ["description"] = $"Does {name}.",
        ["inputSchema"] = JsonNode.Parse("""{"type":"object","properties":{"about":{"type":"string"}},"required":["about"]}"""),
        ["annotations"] = hint is null ? new JsonObject() : new JsonObject { [hint] = true },
    };
}
