using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Tools.Mcp;

/// <summary>One tool of a server as a function that the model calls.</summary>
internal sealed class McpFunction(OpenMcpServer server, RemoteTool tool, bool isListed) : IToolFunction
{
    /// <summary>What the package puts in front of a server's own words.</summary>
    private const string RemotePrefix = "Request failed (remote): ";

    private const int MaxErrorText = 4096;

    public static JsonElement AnyObject { get; } = JsonElement.Parse("""{"type":"object"}""");

    public RemoteTool Tool => tool;

    public FunctionTool Declaration { get; } = new()
    {
        Name = RemoteFunctionNames.Of(server.Name, tool.Name),
        Description = tool.Description,
        Parameters = tool.Schema,
    };

    public bool IsRepeatable => tool.IsRepeatable;

    public string? Address => server.Address;

    public CallLimits Limits { get; } = new(server.Options.CallTimeout, server.Options.MaxResultLength);

    public Step CallStep(string id, JsonElement arguments) =>
        new McpServerToolCallStep { Id = id, Name = tool.Name, ServerName = server.Name, Arguments = arguments };

    public Step Failed(Step call, string message) => Result(call, ResultContent.Of(message), isError: true);

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var step = (McpServerToolCallStep)call;
        if (!server.IsAllowed(tool.Name))
        {
            return Failed(call, $"The tool '{tool.Name}' of the MCP server '{server.Name}' may not be called: it is not in 'allowed_tools'.");
        }

        if (!isListed)
        {
            return Failed(call, $"The MCP server '{server.Name}' has no tool '{tool.Name}'.");
        }

        if (server.PausedFor() is { } pause)
        {
            return Failed(call, $"The MCP server '{server.Name}' failed several times in a row and is not asked for the next {Math.Ceiling(pause.TotalSeconds)} seconds. The call was not made.");
        }

        using var watch = new CallWatch(server.Options.IdleTimeout, server.Time, cancellationToken);
        try
        {
            var (blocks, isError) = ResultContent.Read(await CallAsync(step.Arguments, watch), server.MediaFault);
            server.Succeeded();
            await server.SettledAsync();
            return Result(call, blocks, isError);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // the run has ended, or the time that the engine gives to a call
        }
        catch (McpProtocolException exception)
        {
            server.Succeeded(); // it answers
            return Failed(call, $"MCP error {(int)exception.ErrorCode}: {Shorten(exception.Message)}");
        }
        catch (AnswerTooLargeException)
        {
            return Failed(call, $"The result was dropped: it has more than {McpLimits.Answer} bytes. Ask the tool for less.");
        }
        catch (OperationCanceledException exception) when (watch.Token.IsCancellationRequested)
        {
            server.Failed(tool.Name, exception);
            return Failed(call, $"The tool did not answer within {server.Options.IdleTimeout.TotalSeconds:0} seconds and was cancelled. It may or may not have taken effect.");
        }
        catch (OutboundRefusedException exception)
        {
            // What it redirects to, or leads to now, may not be reached: nothing was called there.
            server.Failed(tool.Name, exception);
            return Failed(call, $"The MCP server '{server.Name}' cannot be called. {exception.Message}");
        }
        catch (SecretRefusedException exception)
        {
            return Failed(call, $"The MCP server '{server.Name}' cannot be called. {exception.Message}"); // nothing was sent, and it is not the server's fault
        }
        catch (HttpRequestException exception) when (exception.StatusCode is { } status)
        {
            Count(status, exception);
            return Failed(call, $"The MCP server '{server.Name}' answered with HTTP {(int)status}.");
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or JsonException or InvalidOperationException or OperationCanceledException)
        {
            // Cancelled, too: the package ends all calls of a session that its server has forgotten.
            server.Failed(tool.Name, exception);
            return Failed(call, $"The connection to the MCP server '{server.Name}' broke before it had answered. The call may or may not have taken effect.");
        }
    }

    /// <summary>Calls the tool; once more when the server has forgotten the session, or when the answer was lost and calling twice does no harm (protocols 3.2).</summary>
    private async Task<JsonNode?> CallAsync(JsonElement arguments, CallWatch watch)
    {
        var session = await server.SessionAsync(null, watch.Token);
        try
        {
            return await session.CallAsync(tool, arguments, watch.Progressed, watch.Token);
        }
        catch (Exception exception) when (IsForgotten(exception, session) || (tool.IsRepeatable && IsLost(exception) && !watch.Token.IsCancellationRequested))
        {
            var next = await server.SessionAsync(session.IsOver ? session : null, watch.Token);
            return await next.CallAsync(tool, arguments, watch.Progressed, watch.Token);
        }
    }

    // A 404 within a session says that there is no such session, so nothing was called.
    private static bool IsForgotten(Exception exception, ServerSession session) => exception is HttpRequestException { StatusCode: HttpStatusCode.NotFound } && session.IsOver;

    private static bool IsLost(Exception exception) =>
        exception is HttpRequestException { StatusCode: null } or IOException or OperationCanceledException || (exception is McpException and not McpProtocolException);

    private void Count(HttpStatusCode status, Exception exception)
    {
        if (status >= HttpStatusCode.InternalServerError)
        {
            server.Failed(tool.Name, exception);
        }
    }

    private McpServerToolResultStep Result(Step call, JsonElement result, bool isError) => new()
    {
        CallId = ((McpServerToolCallStep)call).Id,
        Name = tool.Name,
        ServerName = server.Name,
        Result = result,
        IsError = isError ? true : null,
    };

    private static string Shorten(string message)
    {
        var text = message.StartsWith(RemotePrefix, StringComparison.Ordinal) ? message[RemotePrefix.Length..] : message;
        return Excerpt.Of(text, MaxErrorText);
    }
}
