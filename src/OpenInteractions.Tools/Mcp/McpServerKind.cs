using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Tools.Mcp;

/// <summary>Tools of remote MCP servers over streamable HTTP (behaviour TL-8 to TL-11, protocols 3).</summary>
internal sealed class McpServerKind : IToolKind, IAsyncDisposable
{
    private readonly OutboundGuard _guard;
    private readonly McpConnections _connections;
    private readonly McpOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<McpServerKind> _logger;

    public McpServerKind(OutboundGuard guard, IHttpMessageHandlerFactory handlers, IOptions<McpOptions> options, TimeProvider time, ILogger<McpServerKind> logger, ICredentials? credentials = null)
    {
        _guard = guard;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _connections = new McpConnections(() => handlers.CreateHandler(OutboundHttp.ClientName), _options, time, credentials);
    }

    public string Type => McpServerTool.TypeName;

    /// <summary>Sessions that are open now.</summary>
    internal int Sessions => _connections.Sessions;

    public void Require(Tool declared, string path) => ServerDeclaration.Read((McpServerTool)declared, _guard, path);

    public async ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        var server = ServerDeclaration.Read((McpServerTool)declared, _guard, "tools");
        var opened = new OpenMcpServer(server, scope, _connections, _options, _time, _logger);
        try
        {
            await opened.ConnectAsync(cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
