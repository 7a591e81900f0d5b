using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Streaming;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Api.Interactions;

/// <summary>The interactions family: create, get, cancel, delete, and our list and tree (wire 2, behaviour TR-1, TR-11).</summary>
internal static class InteractionEndpoints
{
    /// <summary>Names what was left out without harm (behaviour TH-5, protocols F-3).</summary>
    public const string IgnoredHeader = "x-oi-ignored";

    /// <summary>What is wrong with an answer that is given all the same (protocols P-10).</summary>
    public const string WarningsHeader = "x-oi-warnings";

    public static void Map(RouteGroupBuilder version)
    {
        // With the first request: what it needs opens the store, and routes are mapped before the settings are checked.
        var create = new Lazy<CreateEndpoint>(((IEndpointRouteBuilder)version).ServiceProvider.GetRequiredService<CreateEndpoint>, LazyThreadSafetyMode.PublicationOnly);
        version.MapPost("/interactions", (RequestDelegate)(context => create.Value.HandleAsync(context)));
        version.MapGet("/interactions", InteractionListEndpoints.ListAsync);
        version.MapGet("/interactions/{id}", GetAsync);
        version.MapDelete("/interactions/{id}", DeleteAsync);
        version.MapPost("/interactions/{id}/cancel", CancelAsync);
        version.MapGet("/interactions/{id}/tree", InteractionListEndpoints.TreeAsync);
    }

    private static async Task<IResult> GetAsync(HttpContext context, GetInteraction get, IHostApplicationLifetime lifetime, ILogger<EventStreamResult> logger)
    {
        var id = ResourceId.Read(context, "interactions");
        var query = context.Request.Query;
        if (query.ReadText("fields") is { } fields and not "*")
        {
            throw QueryReader.Wrong("fields", fields, "'*': partial reads are not available");
        }

        var lastEventId = query.ReadText("last_event_id");
        if (query.ReadFlag("stream"))
        {
            lastEventId ??= context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : null;
            return new EventStreamResult(await get.StreamAsync(context.Caller(), id, lastEventId, context.RequestAborted), logger, lifetime.ApplicationStopping);
        }

        if (lastEventId is not null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, "'last_event_id' goes with 'stream=true'.", "last_event_id");
        }

        return InteractionWriter.Answer(await get.ExecuteAsync(context.Caller(), id, context.RequestAborted), ShownSteps.All, query.ReadFlag("include_input"));
    }

    private static async Task<IResult> CancelAsync(HttpContext context, CancelInteraction cancel) =>
        InteractionWriter.Answer(await cancel.ExecuteAsync(context.Caller(), ResourceId.Read(context, "interactions"), context.RequestAborted), ShownSteps.All);

    private static async Task<IResult> DeleteAsync(HttpContext context, DeleteInteraction delete)
    {
        await delete.ExecuteAsync(context.Caller(), ResourceId.Read(context, "interactions"), context.RequestAborted);
        return new InteractionWriter.JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteEndObject();
        });
    }
}
