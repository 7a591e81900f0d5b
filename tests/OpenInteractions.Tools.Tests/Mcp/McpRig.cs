using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>The kind as the server has it, with loopback opened for the tests' own servers.</summary>
internal sealed class McpRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public McpRig(TimeProvider? time = null, McpOptions? options = null, bool loopback = true, OutboundGuard? guard = null, ICredentials? credentials = null)
    {
        var outbound = new OutboundOptions();
        outbound.AllowedNetworks.AddRange(loopback ? ["127.0.0.1/32"] : []);
        var services = new ServiceCollection().AddSingleton(Options.Create(outbound)).AddOutboundGuard();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        if (guard is not null)
        {
            services.AddSingleton(guard);
        }

        _services = services.BuildServiceProvider();
        Kind = new McpServerKind(
            _services.GetRequiredService<OutboundGuard>(),
            _services.GetRequiredService<IHttpMessageHandlerFactory>(),
            Options.Create(options ?? new McpOptions()),
            time ?? TimeProvider.System,
            _services.GetRequiredService<ILogger<McpServerKind>>(),
            credentials);
    }

    public McpServerKind Kind { get; }

    public OutboundGuard Guard => _services.GetRequiredService<OutboundGuard>();

    public LogLines Log { get; } = new();

    public static McpServerTool Declare(string url, params string[] allowed) => new()
    {
        Name = "crm",
        Url = url,
        AllowedTools = allowed.Length == 0 ? null : [new AllowedTools { Tools = allowed }],
    };

    public async Task<IOpenTool> OpenAsync(McpServerTool declared, string root = "root", string project = "project")
    {
        Kind.Require(declared, "tools[0]");
        return await Kind.OpenAsync(declared, new ToolScope(project, "interaction", root) { MediaFault = _ => null }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Kind.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>One credential, as it is now.</summary>
internal sealed class ScriptedCredentials : ICredentials
{
    public OpenedCredential? Now { get; set; }

    public System.Collections.Concurrent.ConcurrentQueue<(string Project, string Id)> Asked { get; } = [];

    public ValueTask<OpenedCredential?> ResolveAsync(string project, string id, CancellationToken cancellationToken)
    {
        Asked.Enqueue((project, id));
        return ValueTask.FromResult(Now);
    }
}

/// <summary>What was logged, for tests that say what must not be.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

/// <summary>Calls as the engine makes them.</summary>
internal static class Calls
{
    public static IToolFunction Function(this IOpenTool open, string tool) =>
        open.FunctionOf(new McpServerToolCallStep { Id = "call", Name = tool, ServerName = "crm", Arguments = JsonElement.Parse("{}") })!;

    public static Task<McpServerToolResultStep> CallAsync(this IOpenTool open, string tool, string arguments = "{}", CancellationToken cancellationToken = default) =>
        open.Function(tool).CallAsync(arguments, cancellationToken);

    public static async Task<McpServerToolResultStep> CallAsync(this IToolFunction function, string arguments = "{}", CancellationToken cancellationToken = default)
    {
        var call = function.CallStep("call_1", JsonElement.Parse(arguments));
        return (McpServerToolResultStep)await function.RunAsync(call, cancellationToken);
    }

    /// <summary>All text of a result.</summary>
    public static string Text(this McpServerToolResultStep result) =>
        string.Join('\n', result.Result.EnumerateArray().Where(b => b.GetProperty("type").GetString() == "text").Select(b => b.GetProperty("text").GetString()));
}
