namespace OpenInteractions.Providers.Gemini;

/// <summary>The vendor's finish and block reasons as codes of behaviour ER-3 and ER-4.</summary>
internal static class FinishReasons
{
    public static (ModelStopReason Reason, ModelFault? Fault) OfCandidate(string reason, string? message) => reason switch
    {
        "STOP" => (ModelStopReason.Finished, null),
        // CONTINUATION: a decode limit of the vendor was reached; what was said stands, and more could follow.
        "MAX_TOKENS" or "CONTINUATION" => (ModelStopReason.TokenLimit, null),
        _ => (ModelStopReason.Blocked, Fault(Code(reason), message)),
    };

    public static ModelFault OfPrompt(string reason, string? message) => Fault(Code(reason), message ?? "The model's provider blocked the input.");

    private static ErrorCode Code(string reason) => reason switch
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
        _ => ErrorCode.ContentBlocked, // OTHER, and what the vendor adds later
    };

    private static ModelFault Fault(ErrorCode code, string? message) =>
        new(code, message ?? $"The model's provider stopped the output: {ErrorTable.Of(code).WireCode}.");
}
