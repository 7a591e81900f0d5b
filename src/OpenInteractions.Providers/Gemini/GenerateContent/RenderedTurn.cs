using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// A turn of the history as pieces of <c>contents</c>. Calls and their results may lie in different turns, so the contents themselves are put
/// together when a request is written; what is costly, the parts, is kept as bytes.
/// </summary>
internal sealed record RenderedTurn(ImmutableArray<RenderedSegment> Segments)
{
    public long Bytes => Segments.Sum(s => (long)s.Parts.Length);
}

/// <param name="Parts">Parts as JSON, separated by commas, without brackets.</param>
internal abstract record RenderedSegment(byte[] Parts)
{
    /// <summary>What the user gave.</summary>
    internal sealed record User(byte[] Parts) : RenderedSegment(Parts);

    /// <summary>What one call of the model produced, and the calls in it, in order.</summary>
    internal sealed record Model(byte[] Parts, ImmutableArray<RenderedCall> Calls) : RenderedSegment(Parts);

    /// <summary>One function response. Media that the model cannot take inside of it follow after all responses.</summary>
    internal sealed record Response(byte[] Parts, string CallId, byte[] Media) : RenderedSegment(Parts);
}

/// <param name="NativeId">By which its response is found.</param>
/// <param name="Unanswered">The response that tells the model that there is none: the vendor refuses a call without one.</param>
internal sealed record RenderedCall(string NativeId, byte[] Unanswered);
