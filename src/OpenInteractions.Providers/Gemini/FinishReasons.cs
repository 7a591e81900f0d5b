namespace OpenInteractions.Providers.Gemini;

/// <summary>The vendor's finish and block reasons as codes of behaviour ER-3 and ER-4.</summary>
internal static class FinishReasons
{
    /// <summary>True for a reason that the vendor has added since.</summary>
    public static bool IsUnknown(string reason) => Code(reason) is null && reason is not ("STOP" or "MAX_TOKENS" or "CONTINUATION" or "OTHER" or "FINISH_REASON_UNSPECIFIED");

    /// <param name="hasOutput">Whether the model gave anything: then a reason that is not known leaves it as it is, without it something was held back.</param>
    public static (ModelStopReason Reason, ModelFault? Fault) OfCandidate(string reason, string? message, bool hasOutput) => reason switch
    {
        "STOP" => (ModelStopReason.Finished, null),
        // CONTINUATION: a decode limit of the vendor was reached; what was said stands, and more could follow.
        "MAX_TOKENS" or "CONTINUATION" => (ModelStopReason.TokenLimit, null),
        _ when hasOutput && IsUnknown(reason) => (ModelStopReason.Finished, null),
        _ => (ModelStopReason.Blocked, Fault(Code(reason), message)),
    };

    public static ModelFault OfPrompt(string reason, string? message) => Fault(Code(reason), message ?? "The model's provider blocked the input.");

    private static ErrorCode? Code(string reason) => reason switch
    {
        "SAFETY" => ErrorCode.Safety,
        "RECITATION" => ErrorCode.Recitation,
        "LANGUAGE" => ErrorCode.Language,
        "PROHIBITED_CONTENT" => ErrorCode.ProhibitedContent,
        "SPII" => ErrorCode.Spii,
        "BLOCKLIST" => ErrorCode.Blocklist,
        "IMAGE_SAFETY" => ErrorCode.ImageSafety,
        "IMAGE_PROHIBITED_CONTENT" => ErrorCode.ImageProhibitedContent,
        "IMAGE_RECITATION" => ErrorCode.ImageRecitation,
        "IMAGE_OTHER" => ErrorCode.ImageOther,
        "NO_IMAGE" => ErrorCode.NoImage,
        "MALFORMED_FUNCTION_CALL" => ErrorCode.MalformedFunctionCall,
        "MALFORMED_RESPONSE" => ErrorCode.MalformedToolCall,
        "UNEXPECTED_TOOL_CALL" => ErrorCode.UnexpectedToolCall,
        "TOO_MANY_TOOL_CALLS" => ErrorCode.TooManyToolCalls,
        "MISSING_THOUGHT_SIGNATURE" => ErrorCode.MissingThoughtSignature,
        _ => null, // OTHER, and what the vendor adds later
    };

    private static ModelFault Fault(ErrorCode? known, string? message)
    {
        var code = known ?? ErrorCode.ContentBlocked;
        return new(code, message ?? $"The model's provider stopped the output: {ErrorTable.Of(code).WireCode}.");
    }
}
