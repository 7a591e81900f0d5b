using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>One turn of the model, scripted once for both wires: <c>GeminiTurn.Empty.Thinks("…").Calls("get_weather", …)</c>.</summary>
public sealed record GeminiTurn
{
    public static GeminiTurn Empty { get; } = new();

    public ImmutableArray<GeminiPiece> Pieces { get; private init; } = [];

    /// <summary>The finish reason of generateContent; the Interactions wire tells the same as status and error code.</summary>
    public string FinishReason { get; private init; } = "STOP";

    public string? FinishMessage { get; private init; }

    /// <summary>The prompt itself was blocked: no candidates at all.</summary>
    public string? BlockReason { get; private init; }

    public GeminiUsage Usage { get; private init; } = new();

    /// <summary>On the Interactions wire the first text fragment sits in <c>step.start</c> already (behaviour SE-9).</summary>
    public bool TextInStart { get; private init; }

    /// <summary>On the Interactions wire a call's signature rides on the call itself instead of on a thought before it (behaviour FN-14).</summary>
    public bool SignatureOnCall { get; private init; }

    /// <summary>Interactions only: a decode limit was hit, and this token gives the rest (wire 15).</summary>
    public string? ContinuationToken { get; private init; }

    /// <summary>An error object inside the stream, after the pieces.</summary>
    public (int Status, string Code, string Message)? Error { get; private init; }

    public static GeminiTurn Says(params string[] fragments) => Empty.Text(fragments);

    public GeminiTurn Thinks(params string[] fragments) => Add(new GeminiPiece.Thought([.. fragments]));

    public GeminiTurn Text(params string[] fragments) => Add(new GeminiPiece.Text([.. fragments]));

    public GeminiTurn Calls(string name, string arguments, string? id = null) =>
        Add(new GeminiPiece.Call(name, JsonNode.Parse(arguments)!.AsObject(), id));

    public GeminiTurn Shows(string mimeType, string data) => Add(new GeminiPiece.Media(mimeType, data));

    public GeminiTurn RunsCode(string source, string output, bool failed = false) => Add(new GeminiPiece.Code(source, output, failed));

    public GeminiTurn Searches(string query, string suggestionsHtml, params GeminiCitation[] citations) =>
        Add(new GeminiPiece.Search(query, suggestionsHtml, [.. citations]));

    public GeminiTurn LooksUp(string query, string? widgetToken, params GeminiPlace[] found) => Add(new GeminiPiece.Places(query, [.. found], widgetToken));

    /// <summary>Signs the piece that was added last.</summary>
    public GeminiTurn Signed(string label) => this with
    {
        Pieces = Pieces.SetItem(Pieces.Length - 1, Pieces[^1] with { Signature = GeminiSignature.Named(label) }),
    };

    /// <summary>Signs the text that was added last on its last fragment instead of on an empty part after it.</summary>
    public GeminiTurn SignedInPlace(string label) => this with
    {
        Pieces = Pieces.SetItem(Pieces.Length - 1, ((GeminiPiece.Text)Pieces[^1]) with { Signature = GeminiSignature.Named(label), SignatureLast = false }),
    };

    public GeminiTurn Finishes(string reason, string? message = null) => this with { FinishReason = reason, FinishMessage = message };

    public GeminiTurn Blocked(string reason) => this with { BlockReason = reason };

    public GeminiTurn Costs(GeminiUsage usage) => this with { Usage = usage };

    public GeminiTurn ContinuesWith(string token) => this with { ContinuationToken = token };

    public GeminiTurn WithTextInStart() => this with { TextInStart = true };

    public GeminiTurn WithSignatureOnCall() => this with { SignatureOnCall = true };

    /// <summary>Breaks off with an error inside the stream: a google.rpc object on one wire, an error event on the other.</summary>
    public GeminiTurn Fails(int status, string code, string message) => this with { Error = (status, code, message) };

    private GeminiTurn Add(GeminiPiece piece) => this with { Pieces = Pieces.Add(piece) };
}
