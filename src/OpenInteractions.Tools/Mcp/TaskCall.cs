using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace OpenInteractions.Tools.Mcp;

/// <summary>A request of a session.</summary>
internal delegate Task<JsonNode?> SendRequest(string method, JsonObject parameters, CancellationToken cancellationToken);

/// <summary>
/// A call of a tool that revision 2025-11-25 has run as a task: the server answers with a handle, and is asked until the task has ended. While it
/// says that it works, that counts as progress.
/// </summary>
internal sealed class TaskCall(SendRequest send, TimeProvider time)
{
    private const double DefaultInterval = 1000;
    private const double ShortestInterval = 100;
    private const double LongestInterval = 30_000;

    /// <summary>How long the server keeps the result, in milliseconds: longer than it takes to fetch it.</summary>
    private const int TimeToLive = 300_000;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    public async Task<JsonNode?> RunAsync(JsonObject parameters, Action onProgress, CancellationToken cancellationToken)
    {
        parameters["task"] = new JsonObject { ["ttl"] = TimeToLive };
        var created = await send(RequestMethods.ToolsCall, parameters, cancellationToken);
        if (Text(created?["task"], "taskId") is not { } id)
        {
            return created; // it has answered at once
        }

        try
        {
            var state = created!["task"];
            while (Text(state, "status") == "working")
            {
                await Task.Delay(Interval(state), time, cancellationToken);
                state = await send("tasks/get", Handle(id), cancellationToken);
                onProgress();
            }

            if (Text(state, "status") == "input_required")
            {
                await CancelAsync(id);
                return new JsonObject
                {
                    ["isError"] = true,
                    ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "The tool asked the user for something, which is not possible here, and was cancelled." }),
                };
            }

            return await send("tasks/result", Handle(id), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CancelAsync(id);
            throw;
        }
    }

    private async Task CancelAsync(string id)
    {
        using var patience = new CancellationTokenSource(Farewell, time);
        try
        {
            await send("tasks/cancel", Handle(id), patience.Token);
        }
        catch (Exception exception) when (exception is McpException or HttpRequestException or IOException or OperationCanceledException)
        {
            // It may have ended meanwhile, and ends by itself otherwise.
        }
    }

    private static JsonObject Handle(string id) => new() { ["taskId"] = id };

    private static TimeSpan Interval(JsonNode? state) =>
        TimeSpan.FromMilliseconds(state?["pollInterval"] is JsonValue given && given.TryGetValue<double>(out var milliseconds) ? Math.Clamp(milliseconds, ShortestInterval, LongestInterval) : DefaultInterval);

    private static string? Text(JsonNode? node, string name) => node?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
