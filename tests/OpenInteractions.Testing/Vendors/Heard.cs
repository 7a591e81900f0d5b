using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors;

/// <summary>What a fake vendor understood from one request, in no vendor's terms.</summary>
/// <param name="Entries">The conversation in order, without system text.</param>
/// <param name="Functions">The declared functions that may be called now.</param>
/// <param name="MustCall">Whether the request forces a call.</param>
/// <param name="AnswerSchema">The JSON Schema that the answer has to fit, if any.</param>
public sealed record Heard(
    IReadOnlyList<HeardEntry> Entries, IReadOnlyList<HeardFunction> Functions, bool MustCall = false, JsonNode? AnswerSchema = null, string? System = null);

public sealed record HeardFunction(string Name, JsonNode? Schema);

public abstract record HeardEntry
{
    /// <param name="Media">One short description per block that is not text, such as <c>image/png 67 bytes</c>.</param>
    public sealed record User(string Text, IReadOnlyList<string> Media) : HeardEntry;

    public sealed record Model(string Text) : HeardEntry;

    public sealed record Call(string Id, string Name, string Arguments) : HeardEntry;

    public sealed record Result(string CallId, string Text) : HeardEntry;
}

/// <summary>What a fake vendor decided to answer: text, or calls of declared functions.</summary>
public sealed record Said(string? Text, IReadOnlyList<(string Name, string Arguments)> Calls);
