using System.Collections.Frozen;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>String codes of an Interactions upstream as ours (behaviour ER-2 to ER-4).</summary>
internal static class WireCodes
{
    private static readonly FrozenDictionary<string, ErrorCode> Known =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => ErrorTable.Of(code).WireCode, StringComparer.Ordinal);

    /// <summary>The fault when the code says that output was blocked or is unusable, else null.</summary>
    public static ModelFault? Fault(InteractionError error) =>
        error.Code is { } code && Known.TryGetValue(code, out var known) && ErrorTable.IsOutcome(known)
            ? new(known, error.Message is { Length: > 0 } said ? Redaction.Clean(said) : $"The model's provider stopped the output: {code}.")
            : null;

    /// <summary>A failure of the upstream itself.</summary>
    public static UpstreamFailureException Failure(InteractionError error)
    {
        var code = error.Code switch
        {
            "gateway_timeout" => ErrorCode.DeadlineExceeded,
            "unavailable" or "overloaded" => ErrorCode.ServiceUnavailable,
            // The operator's key, not the caller's (protocols 6.7).
            "authentication" or "unauthenticated" or "permission_denied" or "payment_required" => ErrorCode.ApiError,
            { } named when Known.TryGetValue(named, out var known) => known,
            _ => ErrorCode.ApiError,
        };
        var message = code == ErrorCode.ApiError || string.IsNullOrEmpty(error.Message)
            ? "The model provider failed in the middle of its answer."
            : $"The model provider answered: {Redaction.Clean(error.Message)}";
        return new UpstreamFailureException(code, message, ErrorTable.Of(code).IsRetryable);
    }
}
