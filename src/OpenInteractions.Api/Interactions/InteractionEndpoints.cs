using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
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
        var (create, get) = (WithFirstRequest<CreateEndpoint>(version), WithFirstRequest<GetEndpoint>(version));
        version.MapPost("/interactions", (RequestDelegate)(context => create.Value.HandleAsync(context)));
        version.MapGet("/interactions", InteractionListEndpoints.ListAsync);
        version.MapGet("/interactions/{id}", (RequestDelegate)(context => get.Value.HandleAsync(context)));
        version.MapDelete("/interactions/{id}", DeleteAsync);
        version.MapPost("/interactions/{id}/cancel", CancelAsync);
        version.MapGet("/interactions/{id}/tree", InteractionListEndpoints.TreeAsync);
    }

    /// <summary>Not now: what an endpoint needs opens the store, and routes are mapped before the settings are checked.</summary>
    private static Lazy<TEndpoint> WithFirstRequest<TEndpoint>(IEndpointRouteBuilder version)
        where TEndpoint : class => new(version.ServiceProvider.GetRequiredService<TEndpoint>, LazyThreadSafetyMode.PublicationOnly);

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
