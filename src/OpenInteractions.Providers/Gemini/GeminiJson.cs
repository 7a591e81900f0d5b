using System.Text.Json.Serialization;

namespace OpenInteractions.Providers.Gemini;

/// <summary>The camelCase wire as far as it is read; members that are not named here are not needed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GenerateContentResponse))]
[JsonSerializable(typeof(GeminiModelPage))]
[JsonSerializable(typeof(string))]
internal sealed partial class GeminiJson : JsonSerializerContext;

internal sealed record GenerateContentResponse
{
    public IReadOnlyList<GeminiCandidate>? Candidates { get; init; }
    public GeminiPromptFeedback? PromptFeedback { get; init; }

    /// <summary>Read by <see cref="GenerateContent.UsageMetadata"/> alone: no count in it may make the answer unreadable.</summary>
    public JsonElement? UsageMetadata { get; init; }

    /// <summary>An error in the middle of a stream stands where an answer would.</summary>
    public GeminiRpcError? Error { get; init; }
}

internal sealed record GeminiRpcError(int? Code, string? Message, string? Status);

internal sealed record GeminiPromptFeedback(string? BlockReason, string? BlockReasonMessage);

internal sealed record GeminiCandidate
{
    public GeminiContent? Content { get; init; }
    public string? FinishReason { get; init; }
    public string? FinishMessage { get; init; }
    public GeminiGrounding? GroundingMetadata { get; init; }
    public GeminiUrlContext? UrlContextMetadata { get; init; }
}

internal sealed record GeminiContent(IReadOnlyList<GeminiPart>? Parts);

internal sealed record GeminiPart
{
    public string? Text { get; init; }
    public bool Thought { get; init; }
    public string? ThoughtSignature { get; init; }
    public GeminiFunctionCall? FunctionCall { get; init; }
    public GeminiBlob? InlineData { get; init; }
    public GeminiFile? FileData { get; init; }
    public GeminiCode? ExecutableCode { get; init; }
    public GeminiCodeResult? CodeExecutionResult { get; init; }
}

internal sealed record GeminiFunctionCall(string? Id, string? Name, JsonElement? Args);

internal sealed record GeminiBlob(string? MimeType, string? Data);

internal sealed record GeminiFile(string? MimeType, string? FileUri);

internal sealed record GeminiCode(string? Language, string? Code);

internal sealed record GeminiCodeResult(string? Outcome, string? Output);

internal sealed record GeminiGrounding
{
    public IReadOnlyList<string>? WebSearchQueries { get; init; }
    public GeminiSearchEntryPoint? SearchEntryPoint { get; init; }
    public IReadOnlyList<GeminiGroundingChunk>? GroundingChunks { get; init; }
    public IReadOnlyList<GeminiGroundingSupport>? GroundingSupports { get; init; }
    public string? GoogleMapsWidgetContextToken { get; init; }
}

internal sealed record GeminiSearchEntryPoint(string? RenderedContent);

internal sealed record GeminiGroundingChunk(GeminiWebSource? Web, GeminiWebSource? RetrievedContext, GeminiMapsSource? Maps);

internal sealed record GeminiWebSource(string? Uri, string? Title);

internal sealed record GeminiMapsSource(string? Uri, string? Title, string? PlaceId, GeminiPlaceAnswers? PlaceAnswerSources)
{
    public ReviewSnippet[]? Reviews() =>
        PlaceAnswerSources?.ReviewSnippets is { Count: > 0 } reviews ? [.. reviews.Select(r => new ReviewSnippet { ReviewId = r.ReviewId, Title = r.Title, Url = r.GoogleMapsUri })] : null;
}

internal sealed record GeminiPlaceAnswers(IReadOnlyList<GeminiReview>? ReviewSnippets);

internal sealed record GeminiReview(string? ReviewId, string? Title, string? GoogleMapsUri);

internal sealed record GeminiGroundingSupport(GeminiSegment? Segment, IReadOnlyList<int>? GroundingChunkIndices);

internal sealed record GeminiSegment(int? StartIndex, int? EndIndex);

internal sealed record GeminiUrlContext(IReadOnlyList<GeminiUrlRetrieval>? UrlMetadata);

internal sealed record GeminiUrlRetrieval(string? RetrievedUrl, string? UrlRetrievalStatus);

internal sealed record GeminiModelPage(IReadOnlyList<GeminiModelInfo>? Models, string? NextPageToken);

internal sealed record GeminiModelInfo
{
    public string? Name { get; init; }
    public string? DisplayName { get; init; }
    public string? Description { get; init; }
    public int? InputTokenLimit { get; init; }
    public int? OutputTokenLimit { get; init; }
    public IReadOnlyList<string>? SupportedGenerationMethods { get; init; }
    public bool? Thinking { get; init; }
}
