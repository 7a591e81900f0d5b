
namespace OpenInteractions.Api.Auth;

/// <summary>Finds out who calls (behaviour TR-5, protocols F-2): <c>x-goog-api-key</c>, then bearer, then <c>?key=</c>, then the headers of other clients.</summary>
internal sealed class CallerAuthentication(RequestDelegate next, ApiKeyRing keys)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<PublicRoute>() is null)
        {
            var caller = keys.Find(Candidates(context.Request))
                ?? throw new ApiException(ErrorCode.Authentication, "A valid API key is needed: send it as 'x-goog-api-key', as 'Authorization: Bearer …' or as '?key='.");
            context.Features.Set(caller);
        }

        return next(context);
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
