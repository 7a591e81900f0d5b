using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>A turn of the history as steps of the upstream's own wire.</summary>
internal sealed record RenderedSteps(ImmutableArray<RenderedStep> Steps)
{
    public long Bytes => Steps.Sum(s => (long)s.Json.Length);
}

/// <param name="Json">The step.</param>
/// <param name="Kind">What it means for calls that wait for an answer.</param>
/// <param name="CallId">Of a call and of its result: the native id.</param>
/// <param name="Unanswered">Of a call: the result that tells the model that there is none.</param>
internal sealed record RenderedStep(byte[] Json, RenderedStepKind Kind, string? CallId = null, byte[]? Unanswered = null);

internal enum RenderedStepKind
{
    User,
    Model,
    Call,
    Result,
}
