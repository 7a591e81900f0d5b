using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenInteractions.Bench.Provider;

namespace OpenInteractions.Bench.Tools;

/// <summary>What the tools of the server under test ask, in the provider's process: an MCP server, a SearXNG instance and a site. Each call says how long it takes.</summary>
internal sealed class ToolEndpoints
{
    public const string McpPath = "/bench/tools/mcp";

    /// <summary>Below it is what a SearXNG instance has.</summary>
    public const string SearchPath = "/bench/tools/searxng";

    public const string Remote = "mcp_server";
    public const string Search = "google_search";
    public const string Page = "url_context";

    private const string Revision = "2026-07-28";

    private readonly Dictionary<string, ToolClock> _clocks = new() { [Remote] = new(), [Search] = new(), [Page] = new() };

    public void Map(WebApplication app)
    {
        app.MapPost(McpPath, (RequestDelegate)McpAsync);
        app.MapGet($"{SearchPath}/search", (RequestDelegate)SearchAsync);
        app.MapGet("/bench/tools/pages/{milliseconds:int}", (RequestDelegate)PageAsync);
        app.MapGet("/robots.txt", (RequestDelegate)(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }));
        app.MapGet(ToolFigures.Path, (RequestDelegate)(context => JsonAsync(context, $"{{{string.Join(',', _clocks.Select(clock => $"\"{clock.Key}\":{clock.Value.TakeJson()}"))}}}")));
    }

    private async Task McpAsync(HttpContext context)
    {
        using var message = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var root = message.RootElement;
        if (!root.TryGetProperty("id", out var id))
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;    // a notification
            return;
        }

        string result;
        switch (root.GetProperty("method").GetString())
        {
            case "server/discover":
                result = $$$"""{"supportedVersions":["{{{Revision}}}"],"capabilities":{"tools":{}},"resultType":"complete"}""";
                break;
            case "tools/list":
                result = $$$"""{"tools":[{"name":"{{{CallPlan.RemoteTool}}}","description":"Looks.","inputSchema":{"type":"object","properties":{"milliseconds":{"type":"integer"},"n":{"type":"integer"}} },"annotations":{}}],"resultType":"complete"}""";
                break;
            default:
                var milliseconds = root.GetProperty("params").GetProperty("arguments").GetProperty("milliseconds").GetInt32();
                await _clocks[Remote].WorkAsync(TimeSpan.FromMilliseconds(milliseconds), context.RequestAborted);
                result = """{"content":[{"type":"text","text":"It has been seen."}],"resultType":"complete"}""";
                break;
        }

        await JsonAsync(context, $$"""{"jsonrpc":"2.0","id":{{id.GetRawText()}},"result":{{result}}}""");
    }

    private async Task SearchAsync(HttpContext context)
    {
        var milliseconds = int.Parse(context.Request.Query["q"].ToString(), CultureInfo.InvariantCulture);
        await _clocks[Search].WorkAsync(TimeSpan.FromMilliseconds(milliseconds), context.RequestAborted);
        await JsonAsync(context, """{"results":[{"url":"https://example.com/","title":"A page","content":"It says something about the matter."}]}""");
    }

    private async Task PageAsync(HttpContext context)
    {
        var milliseconds = int.Parse((string)context.Request.RouteValues["milliseconds"]!, CultureInfo.InvariantCulture);
        await _clocks[Page].WorkAsync(TimeSpan.FromMilliseconds(milliseconds), context.RequestAborted);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";     // Each turn asks for it.
        await context.Response.WriteAsync("<!doctype html><title>A page</title><main><h1>A page</h1><p>It says something about the matter.</p></main>", context.RequestAborted);
    }

    private static Task JsonAsync(HttpContext context, string json) => ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, Encoding.UTF8.GetBytes(json));
}
