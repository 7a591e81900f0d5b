using static OpenInteractions.Testing.Vendors.Gemini.PayloadShape;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>The members of a generateContent request.</summary>
internal static class GenerateContentShape
{
    private static readonly PayloadShape Blob = Of(("mimeType", Text), ("data", Base64));

    private static readonly PayloadShape FileData = Of(("mimeType", Text), ("fileUri", Text));

    private static readonly PayloadShape Part = Of(
        ("text", Text),
        ("thought", Flag),
        ("thoughtSignature", Base64),
        ("inlineData", Blob),
        ("fileData", FileData),
        ("functionCall", Of(("id", Text), ("name", Text), ("args", Struct))),
        ("functionResponse", Of(
            ("id", Text),
            ("name", Text),
            ("response", Struct),
            ("parts", List(Of(("inlineData", Of(("mimeType", Text), ("data", Base64), ("displayName", Text))), ("fileData", FileData)))))),
        ("executableCode", Of(("id", Text), ("language", OneOf("PYTHON", "LANGUAGE_UNSPECIFIED")), ("code", Text))),
        ("codeExecutionResult", Of(("id", Text), ("outcome", OneOf("OUTCOME_OK", "OUTCOME_FAILED", "OUTCOME_DEADLINE_EXCEEDED")), ("output", Text))),
        ("videoMetadata", Of(("startOffset", Text), ("endOffset", Text), ("fps", Number))),
        ("mediaResolution", Of(("level", OneOf("MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH")))));

    private static readonly PayloadShape Content = Of(("role", Text), ("parts", List(Part)));

    private static readonly PayloadShape Tool = Of(
        ("functionDeclarations", List(Of(
            ("name", Text),
            ("description", Text),
            ("parameters", OpenApiSchemaShape.Instance),
            ("parametersJsonSchema", Struct),
            ("response", OpenApiSchemaShape.Instance),
            ("responseJsonSchema", Struct),
            ("behavior", Text)))),
        ("googleSearch", Struct),
        ("codeExecution", Struct),
        ("urlContext", Struct),
        ("fileSearch", Struct),
        ("computerUse", Of(
            ("environment", OneOf("ENVIRONMENT_BROWSER", "ENVIRONMENT_MOBILE", "ENVIRONMENT_DESKTOP")),
            ("excludedPredefinedFunctions", List(Text)),
            ("enablePromptInjectionDetection", Flag),
            ("disabledSafetyPolicies", List(OneOf(
                "FINANCIAL_TRANSACTIONS", "SENSITIVE_DATA_MODIFICATION", "COMMUNICATION_TOOL", "ACCOUNT_CREATION", "DATA_MODIFICATION", "USER_CONSENT_MANAGEMENT", "LEGAL_TERMS_AND_AGREEMENTS"))))),
        ("googleMaps", Of(("enableWidget", Flag))));

    private static readonly PayloadShape GenerationConfig = Of(
        ("temperature", Number),
        ("topP", Number),
        ("topK", Number),
        ("candidateCount", Integer),
        ("maxOutputTokens", Integer),
        ("stopSequences", List(Text)),
        ("seed", Integer),
        ("presencePenalty", Number),
        ("frequencyPenalty", Number),
        ("responseMimeType", Text),
        ("responseSchema", OpenApiSchemaShape.Instance),
        ("responseJsonSchema", Struct),
        ("responseModalities", List(OneOf("TEXT", "IMAGE", "AUDIO", "VIDEO"))),
        ("responseLogprobs", Flag),
        ("logprobs", Integer),
        ("mediaResolution", Text),
        ("thinkingConfig", Of(
            ("includeThoughts", Flag),
            ("thinkingBudget", Integer),
            ("thinkingLevel", OneOf("MINIMAL", "LOW", "MEDIUM", "HIGH")))),
        ("speechConfig", Struct),
        ("imageConfig", Of(("aspectRatio", Text), ("imageSize", Text))));

    public static PayloadShape Request { get; } = Of(
        ("contents", List(Content)),
        ("systemInstruction", Content),
        ("tools", List(Tool)),
        ("toolConfig", Of(
            ("functionCallingConfig", Of(("mode", OneOf("AUTO", "ANY", "NONE", "VALIDATED")), ("allowedFunctionNames", List(Text)))),
            ("includeServerSideToolInvocations", Flag),
            ("retrievalConfig", Of(("latLng", Of(("latitude", Number), ("longitude", Number))), ("languageCode", Text))))),
        ("generationConfig", GenerationConfig),
        ("safetySettings", List(Of(("category", Text), ("threshold", Text), ("method", Text)))),
        ("cachedContent", Text),
        ("serviceTier", OneOf("flex", "standard", "priority")));
}
