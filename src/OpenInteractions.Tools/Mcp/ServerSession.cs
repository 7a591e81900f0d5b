using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// A session with a server: the package's client, what the server said of its tools, and who waits for progress. Any number of calls run on it at
/// once; each is a request of its own.
/// </summary>
internal sealed class ServerSession : IAsyncDisposable
{
    /// <summary>The revision since when there are neither handshakes nor streams that the server opens by itself.</summary>
    private const string ModernRevision = "2026-07-28";

    private static readonly TimeSpan TellingTime = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Action> _progress = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, byte> _telling = new();
    private readonly CancellationTokenSource _closing = new();
    private McpClient? _client;
    private Task _listening = Task.CompletedTask;
    private ToolList? _tools;
    private int _changes;
    private long _calls;
    private volatile bool _isOver;

    private ServerSession(HttpClient http, TimeProvider time)
    {
        _http = http;
        _time = time;
    }

    /// <summary>Raised when the server says that its tools have changed (protocols M-13).</summary>
    public event Action? ToolsChanged;

    /// <summary>How often it has said so.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>True when the session is over: its server no longer knows it.</summary>
    public bool IsOver => _isOver || _client is { Completion.IsCompleted: true };

    private bool IsModern => string.CompareOrdinal(Client.NegotiatedProtocolVersion, ModernRevision) >= 0;

    private McpClient Client => _client ?? throw new InvalidOperationException("The session is not connected.");

    /// <summary>Connects, as the newest revision that both speak (protocols 3.1).</summary>
    /// <param name="url">The server.</param>
    /// <param name="handler">Sends the requests; it is disposed with the session.</param>
    /// <param name="patience">How long the handshake may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServerSession> ConnectAsync(Uri url, HttpMessageHandler handler, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        // The package reads headers without a limit of time: calls have their own.
        var session = new ServerSession(new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }, time);
        try
        {
            await session.ConnectAsync(url, patience, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server's tools: those of the last time while they are fresh, else asked for now.</summary>
    public async Task<ToolList> ListToolsAsync(CancellationToken cancellationToken)
    {
        if (_tools is { FreshUntil: { } until } known && until > _time.GetUtcNow() && known.Version == Changes)
        {
            return known;
        }

        var version = Changes;
        var pages = new ToolPages();
        string? cursor = null;
        for (var page = 0; page < McpLimits.Pages; page++)
        {
            var answer = await RequestAsync(RequestMethods.ToolsList, cursor is null ? [] : new JsonObject { ["cursor"] = cursor }, cancellationToken);
            cursor = pages.Add(answer);
            if (cursor is null)
            {
                break;
            }
        }

        Introduce(pages.Tools);
        return _tools = new ToolList(pages.Tools, version, pages.Fresh is { } fresh ? _time.GetUtcNow() + fresh : null);
    }

    /// <summary>Calls a tool.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">An object.</param>
    /// <param name="onProgress">Called at each sign of progress.</param>
    /// <param name="cancellationToken">Ends the call, at the server as well.</param>
    public async Task<JsonNode?> CallAsync(RemoteTool tool, JsonElement arguments, Action onProgress, CancellationToken cancellationToken)
    {
        var id = $"call-{Interlocked.Increment(ref _calls)}";
        _progress[id] = onProgress;
        try
        {
            var parameters = new JsonObject
            {
                ["name"] = tool.Name,
                ["arguments"] = JsonNode.Parse(arguments.GetRawText()),
                ["_meta"] = new JsonObject { ["progressToken"] = id },
            };
            return tool.NeedsTask
                ? await new TaskCall(RequestAsync, _time).RunAsync(parameters, onProgress, cancellationToken)
                : await RequestAsync(new JsonRpcRequest { Id = new RequestId(id), Method = RequestMethods.ToolsCall, Params = parameters }, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !tool.NeedsTask && !IsModern)
        {
            Tell(id);
            throw;
        }
        finally
        {
            _progress.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_telling.Keys);
        if (_client is { } client)
        {
            await client.DisposeAsync();
        }

        await _listening;
        _http.Dispose();
        _closing.Dispose();
    }

    private async Task ConnectAsync(Uri url, TimeSpan patience, CancellationToken cancellationToken)
    {
        var transport = new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = url, TransportMode = HttpTransportMode.StreamableHttp, MaxReconnectionAttempts = 2 }, _http, NullLoggerFactory.Instance);
        var options = new McpClientOptions
        {
            ClientInfo = new Implementation { Name = "OpenInteractions", Version = typeof(ServerSession).Assembly.GetName().Version?.ToString(3) ?? "0" },
            Capabilities = new ClientCapabilities(), // nothing: neither sampling nor roots nor elicitation (protocols M-8, M-9)
            InitializationTimeout = patience,
            TimeProvider = _time,
        };

        // Its logger would write addresses and, at its lowest level, what is said.
        _client = await McpClient.CreateAsync(new OverheardTransport(transport, OnNotification), options, NullLoggerFactory.Instance, cancellationToken);
        if (IsModern && Client.ServerCapabilities.Tools is { ListChanged: true })
        {
            _listening = ListenAsync();
        }
    }

    /// <summary>Modern servers tell of changes only to who asks for it, with a request that stays open. The package does not ask.</summary>
    private async Task ListenAsync()
    {
        try
        {
            var wanted = new JsonObject { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } };
            await RequestAsync(RequestMethods.SubscriptionsListen, wanted, _closing.Token);
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or OperationCanceledException or AnswerTooLargeException)
        {
            // Without it, a change is seen by the next run.
        }
    }

    private Task<JsonNode?> RequestAsync(string method, JsonObject parameters, CancellationToken cancellationToken) =>
        RequestAsync(new JsonRpcRequest { Method = method, Params = parameters }, cancellationToken);

    private async Task<JsonNode?> RequestAsync(JsonRpcRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (await Client.SendRequestAsync(request, cancellationToken)).Result;
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.NotFound && Client.SessionId is not null)
        {
            _isOver = true; // there is no such session any more, so nothing was done
            throw;
        }
    }

    /// <summary>
    /// Tells a server that nobody waits for a call any more. Older revisions take a closed stream for an accident, and the package tells them only of
    /// calls that were answered already. Who gave up does not wait for it.
    /// </summary>
    private void Tell(string id)
    {
        var telling = TellAsync(id);
        _telling[telling] = 0;
        telling.ContinueWith(done => _telling.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task TellAsync(string id)
    {
        using var patience = new CancellationTokenSource(TellingTime, _time);
        try
        {
            await Client.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.CancelledNotification, Params = new JsonObject { ["requestId"] = id } }, patience.Token);
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // It works on for nothing.
        }
    }

    // Tools of modern servers may want arguments as headers (x-mcp-header); the package adds them to calls of tools that it knows.
    private void Introduce(IReadOnlyList<RemoteTool> tools)
    {
        foreach (var tool in tools)
        {
            try
            {
                Client.AddKnownTools([new ModelContextProtocol.Protocol.Tool { Name = tool.Name, InputSchema = tool.Schema }]);
            }
            catch (ArgumentException)
            {
                // A schema that the package refuses is called without such headers.
            }
        }
    }

    private void OnNotification(JsonRpcNotification notification)
    {
        if (notification.Method == NotificationMethods.ToolListChangedNotification)
        {
            Interlocked.Increment(ref _changes);
            ToolsChanged?.Invoke();
        }
        else if (notification is { Method: NotificationMethods.ProgressNotification, Params: JsonObject parameters } && parameters["progressToken"] is JsonValue token
            && token.TryGetValue<string>(out var name) && _progress.TryGetValue(name, out var onProgress))
        {
            onProgress();
        }
    }
}
