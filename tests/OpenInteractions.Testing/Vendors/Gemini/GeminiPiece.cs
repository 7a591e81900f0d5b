using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>One thing that the model produces in a turn, in the words of neither wire; each wire writes it in its own way.</summary>
public abstract record GeminiPiece
{
    private protected GeminiPiece()
    {
    }

    /// <summary>Issued with this piece. Comes back unchanged or the next request is refused.</summary>
    public string? Signature { get; init; }

    /// <summary>A summary of thoughts; no fragments: a thought that shows only its signature.</summary>
    public sealed record Thought(ImmutableArray<string> Fragments) : GeminiPiece;

    /// <param name="Fragments">The pieces in which the text streams.</param>
    /// <param name="SignatureLast">The signature comes alone, on an empty text part at the very end, as the service does for text.</param>
    public sealed record Text(ImmutableArray<string> Fragments, bool SignatureLast = true) : GeminiPiece;

    /// <param name="Id">Null: the service sends none, as several models do on generateContent.</param>
    public sealed record Call(string Name, JsonObject Arguments, string? Id) : GeminiPiece;

    /// <summary>Inline media, such as a generated image.</summary>
    public sealed record Media(string MimeType, string Data) : GeminiPiece;

    public sealed record Code(string Source, string Output, bool Failed = false) : GeminiPiece;

    /// <summary>A search by the service, and what of the text before it rests on it (byte offsets).</summary>
    public sealed record Search(string Query, string SuggestionsHtml, ImmutableArray<GeminiCitation> Citations) : GeminiPiece;

    /// <summary>Places that the service looked up, and what of the text rests on the first of them (byte offsets).</summary>
    public sealed record Places(string Query, ImmutableArray<GeminiPlace> Found, string? WidgetToken) : GeminiPiece;
}

public sealed record GeminiPlace(string Id, string Name, string Url, int StartByte, int EndByte);

public sealed record GeminiCitation(string Url, string Title, int StartByte, int EndByte);

/// <summary>Token counts of a turn, as the service reports them.</summary>
public sealed record GeminiUsage
{
    public int Prompt { get; init; } = 7;
    public int PromptImage { get; init; }
    public int Cached { get; init; }
    public int Output { get; init; } = 3;
    public int OutputImage { get; init; }
    public int Thoughts { get; init; }
    public int ToolUse { get; init; }

    public int Total => Prompt + Output + Thoughts + ToolUse;
}
