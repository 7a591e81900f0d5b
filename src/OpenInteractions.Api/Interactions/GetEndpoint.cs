using Microsoft.Extensions.Hosting;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Streaming;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Api.Interactions;

/// <summary>Shows an interaction as it stands, or its events (wire 2). What it needs is looked up once, as for <see cref="CreateEndpoint"/>: whoever waits for a run asks here again and again.</summary>
internal sealed class GetEndpoint(GetInteraction get, IHostApplicationLifetime lifetime, ILogger<EventStreamResult> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var answer = await AnswerAsync(context);
        await answer.ExecuteAsync(context);
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
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
}
