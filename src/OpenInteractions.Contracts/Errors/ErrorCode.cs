namespace OpenInteractions.Contracts.Errors;

/// <summary>Why a request or a run failed (behaviour ER-2 to ER-4).</summary>
public enum ErrorCode
{
    /// <summary>The request is wrong.</summary>
    InvalidRequest,

    /// <summary>The request is right, but not in this state, or not for this model.</summary>
    FailedPrecondition,

    /// <summary>A field that does not exist.</summary>
    ParameterUnknown,

    /// <summary>The body is larger than allowed.</summary>
    RequestTooLarge,

    /// <summary>A number or position outside of what there is.</summary>
    OutOfRange,

    /// <summary>No key, or a wrong one.</summary>
    Authentication,

    /// <summary>The account must be paid.</summary>
    PaymentRequired,

    /// <summary>The key may not do this.</summary>
    PermissionDenied,

    /// <summary>There is no such thing, or it belongs to somebody else.</summary>
    NotFound,

    /// <summary>There is no such model.</summary>
    ModelNotFound,

    /// <summary>It exists already.</summary>
    AlreadyExists,

    /// <summary>Something else happened at the same time.</summary>
    Aborted,

    /// <summary>Too many requests in a short time.</summary>
    RateLimitExceeded,

    /// <summary>A longer quota is spent.</summary>
    QuotaExceeded,

    /// <summary>Too many requests at once.</summary>
    TooManyRequests,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,

    /// <summary>Our fault, or an upstream's.</summary>
    ApiError,

    /// <summary>Cannot be served now.</summary>
    ServiceUnavailable,

    /// <summary>It took too long.</summary>
    DeadlineExceeded,

    /// <summary>Output blocked: safety.</summary>
    Safety,

    /// <summary>Output blocked: recitation.</summary>
    Recitation,

    /// <summary>Output blocked: language not supported.</summary>
    Language,

    /// <summary>Output blocked: prohibited content.</summary>
    ProhibitedContent,

    /// <summary>Output blocked: sensitive personal information.</summary>
    Spii,

    /// <summary>Output blocked: a listed word.</summary>
    Blocklist,

    /// <summary>Image blocked: safety.</summary>
    ImageSafety,

    /// <summary>Image blocked: prohibited content.</summary>
    ImageProhibitedContent,

    /// <summary>Image blocked: recitation.</summary>
    ImageRecitation,

    /// <summary>Image blocked: another reason.</summary>
    ImageOther,

    /// <summary>Output blocked: another reason.</summary>
    ContentBlocked,

    /// <summary>The model wrote a function call that cannot be read.</summary>
    MalformedFunctionCall,

    /// <summary>The model wrote a tool call that cannot be read.</summary>
    MalformedToolCall,

    /// <summary>The model called a tool that was not declared (behaviour FN-11).</summary>
    UnexpectedToolCall,

    /// <summary>An image was asked for and none came.</summary>
    NoImage,

    /// <summary>The model called too many tools.</summary>
    TooManyToolCalls,

    /// <summary>A history came back without the signature that the vendor needs.</summary>
    MissingThoughtSignature,
}
