using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>A turn of the history as steps of the upstream's own wire.</summary>
internal sealed record RenderedSteps(ImmutableArray<RenderedStep> Steps)
{
    public long Bytes => Steps.Sum(s => (long)s.Size);
}

internal abstract record RenderedStep(int Size)
{
    /// <summary>What the user gave.</summary>
    internal sealed record User(byte[] Json) : RenderedStep(Json.Length);

    /// <summary>What the model said, thought, or did with tools of the upstream's own.</summary>
    internal sealed record Model(byte[] Json) : RenderedStep(Json.Length);

    /// <summary>A call that waits for a result.</summary>
    /// <param name="Json">The step.</param>
    /// <param name="NativeId">By which its result is found, which may be in a later turn.</param>
    /// <param name="UpstreamId">The upstream's own id.</param>
    /// <param name="Name">The function.</param>
    internal sealed record Call(byte[] Json, string NativeId, string UpstreamId, string Name) : RenderedStep(Json.Length);

    /// <summary>The result of a call; its name and the upstream's id stand with the call.</summary>
    internal sealed record Result(string CallId, byte[] Value, bool IsError) : RenderedStep(Value.Length);
}
