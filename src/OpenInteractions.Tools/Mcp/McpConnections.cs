using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Tools.Mcp;

/// <summary>What all runs share: sessions, and what is known about servers.</summary>
internal sealed class McpConnections(Func<HttpMessageHandler> newHandler, McpOptions options, TimeProvider time, ICredentials? credentials) : IAsyncDisposable
{
    private readonly SessionPool _pool = new(options, time);
    private readonly Eras _eras = new(time);

    public CircuitBreakers Breakers { get; } = new(options, time);

    public int Sessions => _pool.Count;

    public Task<SessionLease> TakeAsync(ServerDeclaration server, ToolScope scope, CancellationToken cancellationToken) =>
        _pool.TakeAsync(SessionKey.Of(server, scope), ended => ConnectAsync(server, scope.Project, ended), cancellationToken);

    /// <summary>Whether a server that cannot be connected to speaks the transport of 2024-11-05: it then opens a stream with an event that names another address.</summary>
    public async Task<bool> IsOldTransportAsync(ServerDeclaration server, string project, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(NewHandler(server, project)) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            return false;
        }

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        return await reader.ReadLineAsync(cancellationToken) is "event: endpoint" or "event:endpoint";
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private Task<ServerSession> ConnectAsync(ServerDeclaration server, string project, CancellationToken cancellationToken) =>
        ServerSession.ConnectAsync(server.Url, NewHandler(server, project), options.ConnectTimeout, time, cancellationToken);

    // The factory's handler is shared: disposing what it gives ends nothing.
    private SessionHandler NewHandler(ServerDeclaration server, string project) => new(server, new ServerSecret(server, project, credentials), _eras, newHandler());
}
