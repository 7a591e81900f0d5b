using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Health;

/// <summary>For operators and their tools (design 2): is the process up, can it take work, what does it do.</summary>
internal static class HealthEndpoints
{
    /// <summary>Shorter than the time-outs of those who ask: an answer that says that the store is silent is worth more than none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Balancers often ask for the head alone.</summary>
    private static readonly string[] Looking = ["GET", "HEAD"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        // It counts from when it is made, which must not be the first time that somebody looks.
        routes.ServiceProvider.GetRequiredService<MetricsText>();
        routes.MapMethods("/healthz", Looking, () => Text("ok\n")).WithMetadata(new PublicRoute());
        routes.MapMethods("/readyz", Looking, ReadyAsync).WithMetadata(new PublicRoute());
        routes.MapMethods("/metrics", Looking, MetricsAsync).WithMetadata(new PublicRoute());
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, IInteractionStore store, IRunQueue queue, NodeState node, SandboxHealth sandboxes, TimeProvider time, ILogger<NodeState> logger)
    {
        string? problem = node.IsStopping ? "The server is stopping." : null;
        var queued = 0L;
        await sandboxes.TryAsync(context.Request.Query, context.RequestAborted);
        try
        {
            await store.CheckAsync(context.RequestAborted).WaitAsync(Patience, time, context.RequestAborted);
            queued = (await queue.CountAsync(context.RequestAborted).WaitAsync(Patience, time, context.RequestAborted)).Queued;
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            problem = "The store cannot be read or written; the log has the reason.";
            HealthLog.StoreOutOfReach(logger, exception);
        }

        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return new InteractionWriter.JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, problem is null ? "ready"u8 : "unavailable"u8);
            json.WriteStartArray("degraded"u8);
            foreach (var text in (problem is null ? node.Degraded() : node.Degraded().Prepend(problem)).Concat(sandboxes.Degraded()))
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
            json.WriteNumber("running"u8, node.Active);
            json.WriteNumber("queued"u8, queued);
            json.WriteNumber("waiting_for_store"u8, node.Delayed);
            json.WriteNumber("leases_renewed_seconds_ago"u8, Math.Round(node.SinceRenewed.TotalSeconds, 1));
            sandboxes.Write(json);
            if (node.Others.IsShared)
            {
                json.WriteStartObject("nodes"u8);
                json.WriteString("news"u8, node.Others.IsListening ? "heard"u8 : "polled"u8);
                json.WriteNumber("last_heard_seconds_ago"u8, Math.Round(node.Others.SinceHeard.TotalSeconds, 1));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Lines about this node are there also while the store is away: then they are needed most.</summary>
    private static async Task<IResult> MetricsAsync(HttpContext context, MetricsText metrics, IRunQueue queue, RunRegistry registry, NodeState node, ModelCatalog catalog, TimeProvider time, ILogger<NodeState> logger)
    {
        StoreState? store = null;
        try
        {
            var since = time.GetTimestamp();
            var (_, running) = await queue.CountAsync(context.RequestAborted).WaitAsync(Patience, time, context.RequestAborted);
            var took = time.GetElapsedTime(since);
            store = new StoreState(running, await queue.ReadQueueAsync(context.RequestAborted).WaitAsync(Patience, time, context.RequestAborted), took);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            HealthLog.StoreOutOfReach(logger, exception);
        }

        return Results.Text(metrics.Write(store, node, registry.CountByProvider(catalog.ProviderNames)), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static IResult Text(string text) => Results.Text(text, "text/plain; charset=utf-8");
}

internal static partial class HealthLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The store is out of reach")]
    public static partial void StoreOutOfReach(ILogger logger, Exception exception);
}
