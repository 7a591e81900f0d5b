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

    private static async Task<IResult> ReadyAsync(HttpContext context, IInteractionStore store, IRunQueue queue, RunRegistry registry, ILogger<RunRegistry> logger)
    {
        var (ready, problem, queued) = (true, (string?)null, 0L);
        try
        {
            await store.CheckAsync(context.RequestAborted);
            queued = (await queue.CountAsync(context.RequestAborted)).Queued;
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            (ready, problem) = (false, "The store cannot be read or written; the log has the reason.");
            HealthLog.StoreOutOfReach(logger, exception);
        }

        context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return new InteractionWriter.JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, ready ? "ready"u8 : "unavailable"u8);
            json.WriteStartArray("degraded"u8);
            if (problem is not null)
            {
                json.WriteStringValue(problem);
            }

            json.WriteEndArray();
            json.WriteNumber("running"u8, registry.Count);
            json.WriteNumber("queued"u8, queued);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> MetricsAsync(HttpContext context, MetricsText metrics, IRunQueue queue, RunRegistry registry, ModelCatalog catalog)
    {
        var (_, running) = await queue.CountAsync(context.RequestAborted);
        var queued = await queue.ReadQueueAsync(context.RequestAborted);
        return Results.Text(metrics.Write(running, queued, registry.CountByProvider(catalog.ProviderNames)), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static IResult Text(string text) => Results.Text(text, "text/plain; charset=utf-8");
}

internal static partial class HealthLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The store is out of reach")]
    public static partial void StoreOutOfReach(ILogger logger, Exception exception);
}
