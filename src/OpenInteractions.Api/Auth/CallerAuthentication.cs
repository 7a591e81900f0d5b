using OpenInteractions.Api.Workers;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Api.Auth;

/// <summary>Finds out who calls (behaviour TR-5, protocols F-2): <c>x-goog-api-key</c>, then bearer, then <c>?key=</c>, then the headers of other clients.</summary>
internal sealed class CallerAuthentication(RequestDelegate next, ApiKeyRing keys, IWorkerStore workers)
{
    public Task InvokeAsync(HttpContext context)
    {
        var route = context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<WorkerRoute>() is not null)
        {
            return ForWorkerAsync(context);
        }

        if (route?.GetMetadata<PublicRoute>() is null)
        {
            if (Candidates(context.Request).Any(WorkerKey.IsOne))
            {
                // Also where everybody is served: whoever has come by such a key is no caller.
                throw new ApiException(ErrorCode.PermissionDenied, "The key of a worker opens nothing but what workers call. Use an API key ('oi keys create').");
            }

            var found = keys.FindAsync(Candidates(context.Request), context.RequestAborted);
            if (!found.IsCompletedSuccessfully)
            {
                return WhenFoundAsync(found, context);
            }

            Set(context, found.Result);
        }

        return next(context);
    }

    private static void Set(HttpContext context, Caller? caller) => context.Features.Set(caller
        ?? throw new ApiException(ErrorCode.Authentication, "A valid API key is needed: send it as 'x-goog-api-key', as 'Authorization: Bearer …' or as '?key='."));

    private async Task WhenFoundAsync(ValueTask<Caller?> found, HttpContext context)
    {
        Set(context, await found);
        await next(context);
    }

    // In one place alone: a key in an address would be in logs of proxies.
    private async Task ForWorkerAsync(HttpContext context)
    {
        const string Bearer = "Bearer ";
        var authorization = context.Request.Headers.Authorization.ToString();
        var key = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
        var worker = WorkerKey.IsOne(key) ? await workers.FindByKeyAsync(WorkerKey.Hash(key), context.RequestAborted) : null;
        context.Features.Set(worker ?? throw new ApiException(
            ErrorCode.Authentication, "The key of a worker is needed ('oi workers create' makes one), as 'Authorization: Bearer …'. If there was one, the worker was deleted."));
        await next(context);
    }

    private static IEnumerable<string> Candidates(HttpRequest request)
    {
        if (request.Headers["x-goog-api-key"].ToString() is { Length: > 0 } google)
        {
            yield return google;
        }

        if (request.Headers.Authorization.ToString() is { } authorization && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            yield return authorization["Bearer ".Length..].Trim();
        }

        if (request.QueryString.HasValue && request.Query["key"].ToString() is { Length: > 0 } query)
        {
            yield return query;
        }

        foreach (var header in (string[])["x-api-key", "api-key"])
        {
            if (request.Headers[header].ToString() is { Length: > 0 } other)
            {
                yield return other;
            }
        }
    }
}

/// <summary>Marks routes that need no key.</summary>
internal sealed class PublicRoute;

/// <summary>Reads what authentication found.</summary>
internal static class CallerOfRequest
{
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? throw new InvalidOperationException("The route was reached without authentication.");
}
