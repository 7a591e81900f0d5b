namespace OpenInteractions.Providers.Http;

/// <summary>
/// From an upstream's status to ours (protocols 6.7): the one table for all wires. Codes that clients repeat (500, 503) are for what is not in the request;
/// a request that an upstream does not take comes back as 400, and nobody sends it again.
/// </summary>
internal static class ErrorTranslation
{
    public static UpstreamFailureException FromStatus(int status, UpstreamError error, TimeSpan? retryAfter)
    {
        var (code, isRetryable) = status switch
        {
            400 or 422 => (ErrorCode.InvalidRequest, false),
            // Too large for the upstream: its body, its address (the model's name stands in it), or its headers.
            413 or 414 or 431 => (ErrorCode.InvalidRequest, false),
            // The operator's key, not the caller's: the log tells the operator, the caller learns nothing about it.
            401 or 403 => (ErrorCode.ApiError, false),
            // Nobody's retry pays it: clients repeat a 500, and do not repeat this.
            402 => (ErrorCode.PaymentRequired, false),
            404 => (ErrorCode.ModelNotFound, false),
            // The upstream is not what the settings say: another method, form or place would be right, or a proxy stands before it. No caller chooses these, so it
            // is no 400; it is told as a server that cannot be reached or read is told, whose fault it is alike. It stays so until somebody changes it: not repeated here.
            405 or 406 or 407 or 410 or 411 or 415 or 421 or 426 => (ErrorCode.ServiceUnavailable, false),
            // The server behind a gateway failed, or a gateway gave up.
            424 or 499 => (ErrorCode.ServiceUnavailable, false),
            408 or 504 => (ErrorCode.DeadlineExceeded, true),
            409 => (ErrorCode.Aborted, true),
            429 when error.IsDailyQuota => (ErrorCode.QuotaExceeded, false),
            429 or 529 => (ErrorCode.RateLimitExceeded, true),
            // Nothing is wrong with its form: another model or provider may take it.
            451 => (ErrorCode.FailedPrecondition, false),
            // RFC 9110 15: who does not know a status takes it as the first of its class.
            >= 400 and < 500 => (ErrorCode.InvalidRequest, false),
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
            413 or 414 or 431 when said.Length == 0 => "The request is too large for the model provider.",
            429 or 529 when said.Length == 0 => "The model provider's rate limit is reached.",
            451 when said.Length == 0 => "The model provider may not serve this request, for legal reasons.",
            _ when said.Length == 0 => $"The model provider answered with status {status}.",
            _ => $"The model provider answered: {said}",
        };
    }
}
