using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Errors that come inside a successful answer: in a frame, or as the outcome of a response.</summary>
internal static class StreamFailure
{
    public static UpstreamFailureException From(UpstreamError error)
    {
        // Aggregators put the status of the server behind them into the code.
        if (int.TryParse(error.Code, out var status) && status is >= 400 and < 600)
        {
            return ErrorTranslation.FromStatus(status, error, error.RetryDelay);
        }

        var (code, isRetryable) = (error.Code ?? error.Type) switch
        {
            "rate_limit_exceeded" or "too_many_requests" => (ErrorCode.RateLimitExceeded, true),
            "insufficient_quota" => (ErrorCode.QuotaExceeded, false),
            "invalid_prompt" or "invalid_request_error" or "context_length_exceeded" or "invalid_image" or "image_parse_error" => (ErrorCode.InvalidRequest, false),
            "vector_store_timeout" or "timeout" => (ErrorCode.DeadlineExceeded, true),
            "server_is_overloaded" or "overloaded_error" or "slow_down" => (ErrorCode.ServiceUnavailable, true),
            "content_filter" or "image_content_policy_violation" or "content_policy_violation" => (ErrorCode.ContentBlocked, false),
            _ => (ErrorCode.ApiError, true),
        };
        var said = Redaction.Clean(error.Message);
        return new UpstreamFailureException(code, said.Length == 0 ? "The model provider failed." : $"The model provider answered: {said}", isRetryable)
        {
            RetryAfter = error.RetryDelay, Error = error,
        };
    }
}
