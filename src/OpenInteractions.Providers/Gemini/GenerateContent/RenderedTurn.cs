using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// A turn of the history as pieces of <c>contents</c>. Calls and their results may lie in different turns, so the contents themselves are put
/// together when a request is written; what is costly, the parts, is kept as bytes.
/// </summary>
internal sealed record RenderedTurn(ImmutableArray<RenderedSegment> Segments)
{
    public long Bytes => Segments.Sum(s => (long)s.Size);
}

internal abstract record RenderedSegment(int Size)
{
    /// <summary>What the user gave.</summary>
    /// <param name="Parts">Parts as JSON, separated by commas, without brackets.</param>
    internal sealed record User(byte[] Parts) : RenderedSegment(Parts.Length);

    /// <summary>What one call of the model produced, and the calls in it, in order.</summary>
    internal sealed record Model(byte[] Parts, ImmutableArray<RenderedCall> Calls) : RenderedSegment(Parts.Length);

    /// <summary>The result of a call. Its name and the vendor's id stand with the call, which may be in an earlier turn.</summary>
    internal sealed record Response(string CallId, RenderedResult Result) : RenderedSegment(Result.Size);
}

/// <param name="NativeId">By which its response is found.</param>
/// <param name="VendorId">The vendor's own id, or null when it gave none.</param>
/// <param name="Name">The function.</param>
internal sealed record RenderedCall(string NativeId, string? VendorId, string Name);

/// <param name="Response">The object that the vendor wants.</param>
/// <param name="Inside">Media inside the response, as parts, for models that take them there.</param>
/// <param name="After">Media that follow all responses, for models that do not.</param>
internal sealed record RenderedResult(byte[] Response, byte[] Inside, byte[] After)
{
    public int Size => Response.Length + Inside.Length + After.Length;
}
