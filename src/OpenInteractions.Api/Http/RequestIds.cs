using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Api.Http;

/// <summary>Gives each request an id that the answer and the log share.</summary>
internal sealed class RequestIds(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        context.TraceIdentifier = InteractionId.Random("req_");
        context.Response.Headers["x-request-id"] = context.TraceIdentifier;
        return next(context);
    }
}
