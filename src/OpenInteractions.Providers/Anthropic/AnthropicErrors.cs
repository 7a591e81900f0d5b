using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>An <c>error</c> event in the stream means what its HTTP status would have meant (protocols 6.7).</summary>
internal static class AnthropicErrors
{
    public static UpstreamFailureException FromEvent(JsonElement data)
    {
        var error = UpstreamError.From(data) ?? new UpstreamError("", null, null, null, null);
        var status = error.Type switch
        {
            "invalid_request_error" => 400,
            "authentication_error" => 401,
            "billing_error" => 402,
            "permission_error" => 403,
            "not_found_error" => 404,
            "request_too_large" => 413,
            "rate_limit_error" => 429,
            "timeout_error" => 504,
            "overloaded_error" => 529,
            _ => 500,
        };
        return ErrorTranslation.FromStatus(status, error, retryAfter: null);
    }
}
