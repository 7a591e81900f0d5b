using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Tools.Mcp;

/// <summary>A declared server that is connected for one run.</summary>
internal sealed partial class OpenMcpServer(
    ServerDeclaration server, ToolScope scope, McpConnections connections, McpOptions options, TimeProvider time, ILogger logger) : IOpenTool
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _announcing = new();
    private volatile SessionLease? _lease;
    private volatile IReadOnlyList<McpFunction> _functions = [];
    private volatile Task _refreshing = Task.CompletedTask;
    private int _version;
    private bool _isAnnounced;

    public IReadOnlyList<IToolFunction> Functions => _functions;

    public string Name => server.Name;

    /// <summary>Where it is. A query may hold a key, and no rule needs it.</summary>
    public string Address => server.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public McpOptions Options => options;

    public TimeProvider Time => time;

    public bool IsAllowed(string tool) => server.Allowed.Contains(tool);

    public IToolFunction? FunctionOf(Step call)
    {
        if (call is not McpServerToolCallStep step || step.ServerName != server.Name)
        {
            return null;
        }

        // A tool that the server no longer lists, or that may not be called: the call is answered here.
        return _functions.FirstOrDefault(f => f.Tool.Name == step.Name) ?? new McpFunction(this, new RemoteTool(step.Name, null, McpFunction.AnyObject, IsRepeatable: false), isListed: false);
    }

    /// <summary>Connects and lists the tools, or tells why that did not succeed (protocols M-2).</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (PausedFor() is { } pause)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"The MCP server '{server.Name}' failed several times in a row and is not asked for the next {Math.Ceiling(pause.TotalSeconds)} seconds.", "tools", pause);
        }

        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await ListAsync(both.Token);
            connections.Breakers.Succeeded(scope.Project, server.Url);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // the run has ended
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or TimeoutException or OperationCanceledException or AnswerTooLargeException or JsonException or InvalidOperationException)
        {
            var refusal = await ExplainAsync(exception, cancellationToken);
            LogNotConnected(server.Name, scope.InteractionId, exception.GetType().Name);
            throw refusal;
        }
    }

    /// <summary>A session that works: the one of this run, or a new one when the server has forgotten it.</summary>
    /// <param name="failed">The session that turned out to be over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ServerSession> SessionAsync(ServerSession? failed, CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_lease is { } current && current.Session != failed && !current.Session.IsOver)
            {
                return current.Session;
            }

            Leave();
            var lease = await connections.TakeAsync(server, scope, cancellationToken);
            lease.Session.ToolsChanged += OnToolsChanged;
            _lease = lease;
            return lease.Session;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Waits until a list that was announced as changed has been read again, so that the next round sees it (protocols M-13): for as long as one reading may take, however many were announced.</summary>
    public async Task SettledAsync()
    {
        try
        {
            await _refreshing.WaitAsync(options.ConnectTimeout, time);
        }
        catch (TimeoutException)
        {
            // The tools of before do until it has.
        }
    }

    /// <summary>See <see cref="ToolScope.MediaFault"/>.</summary>
    public Func<MediaContent, string?> MediaFault => scope.MediaFault;

    /// <summary>How long the server is still not asked.</summary>
    public TimeSpan? PausedFor() => connections.Breakers.PausedFor(scope.Project, server.Url);

    public void Succeeded() => connections.Breakers.Succeeded(scope.Project, server.Url);

    public void Failed(string tool, Exception exception)
    {
        connections.Breakers.Failed(scope.Project, server.Url);
        LogCallFailed(server.Name, tool, scope.InteractionId, exception.GetType().Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Leave();
        await _refreshing;
        _ended.Dispose();
        _connecting.Dispose();
    }

    private void Leave()
    {
        if (_lease is { } lease)
        {
            lease.Session.ToolsChanged -= OnToolsChanged;
            lease.Dispose();
            _lease = null;
        }
    }

    // One is read at a time, and one more waits, which knows of all that was announced until it begins.
    private void OnToolsChanged()
    {
        lock (_announcing)
        {
            if (!_isAnnounced)
            {
                _isAnnounced = true;
                _refreshing = RefreshAgainAsync(_refreshing);
            }
        }
    }

    private async Task RefreshAgainAsync(Task before)
    {
        await before;
        lock (_announcing)
        {
            _isAnnounced = false;
        }

        if (_ended.IsCancellationRequested || _lease is not { } lease || lease.Session.Changes == Volatile.Read(ref _version))
        {
            return;
        }

        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, patience.Token);
        try
        {
            await RefreshAsync(lease.Session, both.Token);
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or OperationCanceledException or AnswerTooLargeException or JsonException or InvalidOperationException)
        {
            LogNotListed(server.Name, scope.InteractionId, exception.GetType().Name); // the tools of before stay
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var session = await SessionAsync(null, cancellationToken);
        try
        {
            await RefreshAsync(session, cancellationToken);
        }
        catch (HttpRequestException) when (session.IsOver)
        {
            // It was the session of an earlier turn, and the server has forgotten it since.
            await RefreshAsync(await SessionAsync(session, cancellationToken), cancellationToken);
        }
    }

    private async Task RefreshAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var list = await session.ListToolsAsync(cancellationToken);
        List<RemoteTool> allowed = [.. list.Tools.Where(t => server.Allowed.Contains(t.Name))];
        if (allowed.Count > McpLimits.Tools)
        {
            LogTooManyTools(server.Name, scope.InteractionId, allowed.Count, McpLimits.Tools);
        }

        _functions = [.. allowed.Take(McpLimits.Tools).Select(t => new McpFunction(this, t, isListed: true)).DistinctBy(f => f.Declaration.Name)];
        Volatile.Write(ref _version, list.Version);
    }

    private async Task<ApiException> ExplainAsync(Exception exception, CancellationToken cancellationToken)
    {
        var status = (exception as HttpRequestException)?.StatusCode;
        if (exception is OutboundRefusedException)
        {
            return Refusal(ErrorCode.FailedPrecondition, $"cannot be reached. {exception.Message}");
        }

        if (exception is SecretRefusedException)
        {
            return Refusal(ErrorCode.FailedPrecondition, $"cannot be reached. {exception.Message}");
        }

        if (status is System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden)
        {
            return Refusal(ErrorCode.FailedPrecondition, $"refused the connection with HTTP {(int)status}. Check the 'headers' of the tool{(server.Credential is null ? "" : " and its 'credential'")}.");
        }

        if (status is { } answered && (int)answered < 500 && await SpeaksOldTransportAsync(cancellationToken))
        {
            return Refusal(ErrorCode.InvalidRequest, "speaks the HTTP+SSE transport of 2024-11-05, which is not supported. Use its address for streamable HTTP, often '/mcp' instead of '/sse'.");
        }

        if (status is null or >= System.Net.HttpStatusCode.InternalServerError)
        {
            connections.Breakers.Failed(scope.Project, server.Url);
        }

        return exception switch
        {
            OperationCanceledException or TimeoutException => Refusal(ErrorCode.FailedPrecondition, $"did not answer within {options.ConnectTimeout.TotalSeconds:0} seconds."),
            McpProtocolException protocol => Refusal(ErrorCode.FailedPrecondition, $"answered with the MCP error {(int)protocol.ErrorCode}."),
            AnswerTooLargeException => Refusal(ErrorCode.FailedPrecondition, $"lists its tools with more than {McpLimits.Answer} bytes."),
            _ when status is { } code => Refusal(ErrorCode.FailedPrecondition, $"answered with HTTP {(int)code}. Is its 'url' the address for streamable HTTP?"),
            _ => Refusal(ErrorCode.FailedPrecondition, "could not be reached, or what it answered is not MCP over streamable HTTP."),
        };
    }

    private async Task<bool> SpeaksOldTransportAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await connections.IsOldTransportAsync(server, scope.Project, both.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or AnswerTooLargeException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private ApiException Refusal(ErrorCode code, string what) => new(code, $"The MCP server '{server.Name}' {what}", "tools");

    [LoggerMessage(LogLevel.Warning, "The MCP server {Server} could not be connected for interaction {InteractionId}: {Reason}")]
    private partial void LogNotConnected(string server, string interactionId, string reason);

    [LoggerMessage(LogLevel.Debug, "The tools of the MCP server {Server} could not be read again for interaction {InteractionId}: {Reason}")]
    private partial void LogNotListed(string server, string interactionId, string reason);

    [LoggerMessage(LogLevel.Debug, "A call of {Tool} at the MCP server {Server} failed in interaction {InteractionId}: {Reason}")]
    private partial void LogCallFailed(string server, string tool, string interactionId, string reason);

    [LoggerMessage(LogLevel.Warning, "The MCP server {Server} offers {Count} tools to interaction {InteractionId}; only the first {Most} are used. Name those that are needed in 'allowed_tools'")]
    private partial void LogTooManyTools(string server, string interactionId, int count, int most);
}
