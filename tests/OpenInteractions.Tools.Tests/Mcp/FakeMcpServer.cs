using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>A request as it arrived.</summary>
internal sealed record HeardRequest(string Verb, string? Method, IReadOnlyDictionary<string, string> Headers, JsonNode? Body)
{
    public string? Tool => Body?["params"]?["name"]?.GetValue<string>();
}

/// <summary>A small MCP server on a real socket, for what a good one never does.</summary>
internal sealed class FakeMcpServer : IAsyncDisposable
{
    public const string Modern = "2026-07-28";
    public const string Legacy = "2025-11-25";

    /// <summary>For <see cref="HeardAsync"/>: a client has opened a stream for what the server says by itself.</summary>
    public const string Stream = "(stream)";

    /// <summary>For <see cref="HeardAsync"/>: a client has left before it had its answer.</summary>
    public const string Gone = "(gone)";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<HeardRequest> _heard = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();
    private readonly ConcurrentDictionary<string, byte> _sessions = new();
    private readonly ConcurrentBag<FakeExchange> _streams = [];
    private readonly CancellationTokenSource _stopping = new();
    private int _sessionCount;

    private FakeMcpServer(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>The revision that it speaks.</summary>
    public string Revision { get; init; } = Legacy;

    /// <summary>How an older server turns down <c>server/discover</c>.</summary>
    public int DiscoverStatus { get; set; } = 400;

    /// <summary>What it lists, in pages.</summary>
    public List<JsonArray> Pages { get; } = [[Tool("echo")]];

    /// <summary>What stands in each page beside the tools.</summary>
    public JsonObject PageExtras { get; set; } = [];

    /// <summary>What a call gives; by default its arguments as text.</summary>
    public Func<FakeExchange, Task> OnCall { get; set; } = exchange => exchange.AnswerAsync(Text(exchange.Arguments!.ToJsonString()));

    /// <summary>Comes before everything else; true when it has answered.</summary>
    public Func<FakeExchange, Task<bool>> OnRequest { get; set; } = _ => Task.FromResult(false);

    public IReadOnlyList<HeardRequest> Heard => [.. _heard];

    public IEnumerable<HeardRequest> HeardOf(string method) => Heard.Where(h => h.Method == method);

    public static async Task<FakeMcpServer> StartAsync(string revision = Legacy)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeMcpServer(app) { Revision = revision };
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Url = app.Urls.Single() + "/mcp";
        return server;
    }

    public static JsonObject Tool(string name, string schema = """{"type":"object"}""", string? annotations = null) => new()
    {
        ["name"] = name,
        ["description"] = $"Does {name}.",
        ["inputSchema"] = JsonNode.Parse(schema),
        ["annotations"] = annotations is null ? new JsonObject() : JsonNode.Parse(annotations),
    };

    public static JsonObject Text(string text) => new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }) };

    /// <summary>Completes when a request of this method, or of this HTTP verb, has arrived, at any time.</summary>
    public Task HeardAsync(string method) => Awaited(method).Task.OrTimeout($"the request '{method}'");

    /// <summary>Forgets all sessions, as after a restart.</summary>
    public void ForgetSessions() => _sessions.Clear();

    /// <summary>Sends a notification on all streams that clients have opened for such.</summary>
    public async Task NotifyAsync(string method)
    {
        foreach (var stream in _streams)
        {
            await stream.SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private TaskCompletionSource Awaited(string method) => _awaited.GetOrAdd(method, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task HandleAsync(HttpContext context)
    {
        var body = context.Request.Method == "POST" ? await JsonNode.ParseAsync(context.Request.Body) : null;
        var method = body?["method"]?.GetValue<string>();
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _heard.Enqueue(new HeardRequest(context.Request.Method, method, headers, body));
        Awaited(method ?? context.Request.Method).TrySetResult();
        var exchange = new FakeExchange(context, body);
        try
        {
            if (!await OnRequest(exchange))
            {
                await AnswerAsync(exchange, method);
            }

            if (context.Request.Method == "GET" && context.Response.HasStarted)
            {
                await OpenUntilGoneAsync(context);
            }
        }
        catch (OperationCanceledException)
        {
            Awaited(Gone).TrySetResult();
        }
    }

    private async Task AnswerAsync(FakeExchange exchange, string? method)
    {
        var context = exchange.Context;
        var session = context.Request.Headers["Mcp-Session-Id"].ToString();
        if (session.Length > 0 && !_sessions.ContainsKey(session))
        {
            context.Response.StatusCode = 404;
            return;
        }

        switch (context.Request.Method, method)
        {
            case ("DELETE", _):
                _sessions.TryRemove(session, out _);
                break;
            case ("GET", _) when Revision == Legacy:
                await exchange.BeginStreamAsync();
                _streams.Add(exchange);
                Awaited(Stream).TrySetResult();
                break;
            case ("POST", "server/discover") when Revision == Modern:
                await exchange.AnswerAsync(new JsonObject { ["supportedVersions"] = new JsonArray(Modern), ["capabilities"] = Capabilities(), ["resultType"] = "complete" });
                break;
            case ("POST", "server/discover"):
                context.Response.StatusCode = DiscoverStatus;
                break;
            case ("POST", "initialize"):
                session = $"session-{Interlocked.Increment(ref _sessionCount)}";
                _sessions[session] = 0;
                context.Response.Headers["Mcp-Session-Id"] = session;
                await exchange.AnswerAsync(new JsonObject { ["protocolVersion"] = Legacy, ["capabilities"] = Capabilities(), ["serverInfo"] = new JsonObject { ["name"] = "fake", ["version"] = "1" } });
                break;
            case ("POST", "tools/list"):
                await exchange.AnswerAsync(Page(exchange.Body?["params"]?["cursor"]?.GetValue<string>()));
                break;
            case ("POST", "tools/call"):
                await OnCall(exchange);
                break;
            case ("POST", "subscriptions/listen"):
                await exchange.BeginStreamAsync();
                await exchange.SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/subscriptions/acknowledged", ["params"] = new JsonObject { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } } });
                _streams.Add(exchange);
                Awaited(Stream).TrySetResult();
                await OpenUntilGoneAsync(context);
                break;
            case ("POST", _):
                context.Response.StatusCode = 202; // a notification
                break;
            default:
                context.Response.StatusCode = 405;
                break;
        }
    }

    private async Task OpenUntilGoneAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
    }

    private JsonObject Page(string? cursor)
    {
        var index = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
        var page = PageExtras.DeepClone().AsObject();
        page["tools"] = Pages[index].DeepClone();
        if (index + 1 < Pages.Count)
        {
            page["nextCursor"] = $"{index + 1}";
        }

        return page;
    }

    private static JsonObject Capabilities() => new() { ["tools"] = new JsonObject { ["listChanged"] = true } };
}

/// <summary>One request and what is answered to it.</summary>
internal sealed class FakeExchange(HttpContext context, JsonNode? body)
{
    public HttpContext Context => context;

    public JsonNode? Body => body;

    public string? Method => body?["method"]?.GetValue<string>();

    public string? Tool => body?["params"]?["name"]?.GetValue<string>();

    public JsonNode? Arguments => body?["params"]?["arguments"];

    /// <summary>Ends when the client has gone.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>The result, as one JSON body or as the end of the stream that was begun.</summary>
    public Task AnswerAsync(JsonNode result) => EndAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = body?["id"]?.DeepClone(), ["result"] = result });

    public Task ErrorAsync(int code, string message) =>
        EndAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = body?["id"]?.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    public Task ProgressAsync(int progress) => SendAsync(new JsonObject
    {
        ["jsonrpc"] = "2.0",
        ["method"] = "notifications/progress",
        ["params"] = new JsonObject { ["progressToken"] = body?["params"]?["_meta"]?["progressToken"]?.DeepClone(), ["progress"] = progress },
    });

    public async Task BeginStreamAsync()
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
    }

    public async Task SendAsync(JsonObject message)
    {
        await context.Response.WriteAsync($"event: message\ndata: {message.ToJsonString()}\n\n");
        await context.Response.Body.FlushAsync();
    }

    /// <summary>The connection breaks in the middle.</summary>
    public void Cut() => context.Abort();

    private Task EndAsync(JsonObject message)
    {
        if (context.Response.HasStarted)
        {
            return SendAsync(message);
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(message.ToJsonString());
    }
}
