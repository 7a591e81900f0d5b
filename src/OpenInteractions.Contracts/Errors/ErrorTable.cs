using System.Collections.Frozen;

namespace OpenInteractions.Contracts.Errors;

/// <summary>What a code is on the wire.</summary>
/// <param name="WireCode">The string in <c>error.code</c>.</param>
/// <param name="HttpStatus">The status when it is the answer to a request.</param>
/// <param name="GoogleStatus">The name in the google.rpc shape of the models and files routes.</param>
/// <param name="IsRetryable">True when the same request may succeed later.</param>
public sealed record ErrorRow(string WireCode, int HttpStatus, string GoogleStatus, bool IsRetryable);

/// <summary>The one table of errors: code → wire code, HTTP status, retryable (behaviour ER-2).</summary>
public static class ErrorTable
{
    private static readonly FrozenDictionary<ErrorCode, ErrorRow> Rows = new Dictionary<ErrorCode, ErrorRow>
    {
        [ErrorCode.InvalidRequest] = new("invalid_request", 400, "INVALID_ARGUMENT", false),
        [ErrorCode.FailedPrecondition] = new("failed_precondition", 400, "FAILED_PRECONDITION", false),
        [ErrorCode.ParameterUnknown] = new("parameter_unknown", 400, "INVALID_ARGUMENT", false),
        [ErrorCode.RequestTooLarge] = new("request_too_large", 413, "INVALID_ARGUMENT", false),
        [ErrorCode.OutOfRange] = new("out_of_range", 416, "OUT_OF_RANGE", false),
        [ErrorCode.Authentication] = new("authentication", 401, "UNAUTHENTICATED", false),
        [ErrorCode.PaymentRequired] = new("payment_required", 402, "FAILED_PRECONDITION", false),
        [ErrorCode.PermissionDenied] = new("permission_denied", 403, "PERMISSION_DENIED", false),
        [ErrorCode.NotFound] = new("not_found", 404, "NOT_FOUND", false),
        [ErrorCode.ModelNotFound] = new("model_not_found", 404, "NOT_FOUND", false),
        [ErrorCode.AlreadyExists] = new("already_exists", 409, "ALREADY_EXISTS", false),
        [ErrorCode.Aborted] = new("aborted", 409, "ABORTED", false),
        [ErrorCode.RateLimitExceeded] = new("rate_limit_exceeded", 429, "RESOURCE_EXHAUSTED", true),
        [ErrorCode.QuotaExceeded] = new("quota_exceeded", 429, "RESOURCE_EXHAUSTED", true),
        [ErrorCode.TooManyRequests] = new("too_many_requests", 429, "RESOURCE_EXHAUSTED", true),
        [ErrorCode.Cancelled] = new("cancelled", 499, "CANCELLED", false),
        [ErrorCode.ApiError] = new("api_error", 500, "INTERNAL", true),
        [ErrorCode.ServiceUnavailable] = new("service_unavailable", 503, "UNAVAILABLE", true),
        [ErrorCode.DeadlineExceeded] = new("deadline_exceeded", 504, "DEADLINE_EXCEEDED", true),
        [ErrorCode.Safety] = Blocked("safety"),
        [ErrorCode.Recitation] = Blocked("recitation"),
        [ErrorCode.Language] = Blocked("language"),
        [ErrorCode.ProhibitedContent] = Blocked("prohibited_content"),
        [ErrorCode.Spii] = Blocked("spii"),
        [ErrorCode.Blocklist] = Blocked("blocklist"),
        [ErrorCode.ImageSafety] = Blocked("image_safety"),
        [ErrorCode.ImageProhibitedContent] = Blocked("image_prohibited_content"),
        [ErrorCode.ImageRecitation] = Blocked("image_recitation"),
        [ErrorCode.ImageOther] = Blocked("image_other"),
        [ErrorCode.ContentBlocked] = Blocked("content_blocked"),
        [ErrorCode.MalformedFunctionCall] = Blocked("malformed_function_call"),
        [ErrorCode.MalformedToolCall] = Blocked("malformed_tool_call"),
        [ErrorCode.UnexpectedToolCall] = Blocked("unexpected_tool_call"),
        [ErrorCode.NoImage] = Blocked("no_image"),
        [ErrorCode.TooManyToolCalls] = Blocked("too_many_tool_calls"),
        [ErrorCode.MissingThoughtSignature] = Blocked("missing_thought_signature"),
    }.ToFrozenDictionary();

    /// <summary>The row of a code.</summary>
    public static ErrorRow Of(ErrorCode code) => Rows[code];

    /// <summary>
    /// True for what the model gave and must not be passed on (behaviour ER-3, ER-4): the call was made and has its end, so it is an outcome that is
    /// kept, and never a refusal of the request (behaviour ER-5).
    /// </summary>
    public static bool IsOutcome(ErrorCode code) => code >= ErrorCode.Safety;

    // These end a run and stand in its errors[] (behaviour ER-5); they never answer a request by themselves.
    private static ErrorRow Blocked(string code) => new(code, 400, "FAILED_PRECONDITION", false);
}
