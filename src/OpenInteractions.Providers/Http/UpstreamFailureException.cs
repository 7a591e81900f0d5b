namespace OpenInteractions.Providers.Http;

/// <summary>
/// A failed model call, before it becomes an <see cref="ApiException"/>. Adapters throw it for failures that an upstream reports inside
/// its stream; the message must be fit for callers (see <see cref="Redaction"/>).
/// </summary>
internal sealed class UpstreamFailureException(ErrorCode code, string message, bool isRetryable) : Exception(message)
{
    public ErrorCode Code { get; } = code;

    /// <summary>Whether the same call may succeed when it is made again (P-8).</summary>
    public bool IsRetryable { get; } = isRetryable;

    /// <summary>How long the upstream asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status, when the failure was one.</summary>
    public int? Status { get; init; }

    /// <summary>What the upstream said, for adapters that can do something about it.</summary>
    public UpstreamError? Error { get; init; }

    /// <summary>True when the answer was nothing of the kind that was asked for: no stream of events, or no JSON of a known shape.</summary>
    public bool IsUnreadable { get; init; }

    public ApiException ToApiException() => new(Code, Message, retryAfter: RetryAfter);

    /// <summary>P-9: the answer ended before the upstream had said that it is over.</summary>
    public static UpstreamFailureException Incomplete() =>
        new(ErrorCode.ServiceUnavailable, "The model provider closed the connection before its answer was complete.", isRetryable: true);

    /// <summary>More than is held in memory for one answer. It would be as much when it is asked for again.</summary>
    public static UpstreamFailureException TooLarge(long most) =>
        new(ErrorCode.ServiceUnavailable, $"The model provider's answer is larger than {most} bytes, which is the most that is read.", isRetryable: false);

    /// <summary>Events without end that hold nothing. There is no reason to think that the next attempt would hold more.</summary>
    public static UpstreamFailureException Empty(long most) =>
        new(ErrorCode.ServiceUnavailable, $"The model provider sent more than {most} bytes of events that say nothing.", isRetryable: false);

    /// <summary>The call succeeded and was paid for; what it gave cannot be read. Repeating it is not among the reasons of P-8.</summary>
    public static UpstreamFailureException Malformed() =>
        new(ErrorCode.ServiceUnavailable, "The model provider sent an answer that cannot be read.", isRetryable: false) { IsUnreadable = true };
}
