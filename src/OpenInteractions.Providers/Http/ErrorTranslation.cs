namespace OpenInteractions.Providers.Http;

/// <summary>From an upstream's status to ours (protocols 6.7).</summary>
internal static class ErrorTranslation
{
    public static UpstreamFailureException FromStatus(int status, UpstreamError error, TimeSpan? retryAfter)
    {
        var (code, isRetryable) = status switch
        {
            400 or 413 or 422 => (ErrorCode.InvalidRequest, false),
            // The operator's key, not the caller's: the log tells the operator, the caller learns nothing about it.
            401 or 403 => (ErrorCode.ApiError, false),
            // Nobody's retry pays it: clients repeat a 500, and do not repeat this.
            402 => (ErrorCode.PaymentRequired, false),
            404 => (ErrorCode.ModelNotFound, false),
            408 or 504 => (ErrorCode.DeadlineExceeded, true),
            409 => (ErrorCode.Aborted, true),
            429 when error.IsDailyQuota => (ErrorCode.QuotaExceeded, false),
            429 or 529 => (ErrorCode.RateLimitExceeded, true),
            500 => (ErrorCode.ApiError, true),
            502 or 503 => (ErrorCode.ServiceUnavailable, true),
            >= 500 => (ErrorCode.ServiceUnavailable, false),
            _ => (ErrorCode.ApiError, false),
        };
        return new UpstreamFailureException(code, Message(status, error), isRetryable) { RetryAfter = retryAfter ?? error.RetryDelay, Status = status, Error = error };
    }

    private static string Message(int status, UpstreamError error)
    {
        var said = Redaction.Clean(error.Message);
        return status switch
        {
            402 => "The model provider wants this server's account to be paid. The operator finds the reason in the server's log.",
            401 or 403 => "The model provider did not accept this server's account. The operator finds the reason in the server's log.",
            404 when said.Length == 0 => "The model provider does not know this model.",
            429 or 529 when said.Length == 0 => "The model provider's rate limit is reached.",
            _ when said.Length == 0 => $"The model provider answered with status {status}.",
            _ => $"The model provider answered: {said}",
        };
    }
}
