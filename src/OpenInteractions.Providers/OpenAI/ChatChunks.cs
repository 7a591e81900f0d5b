using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Recognises the chunks of one answer that bring nothing but another piece of text.</summary>
internal sealed class ChatChunks
{
    private readonly TextFrames _frames = new("\"content\""u8.ToArray());

    /// <summary>The text of a chunk that is like one before it.</summary>
    public bool TryReadText(ReadOnlySpan<byte> data, out string text) => _frames.TryRead(data, out text);

    /// <summary>Looks whether later chunks may be recognised by this one.</summary>
    public void Learn(ReadOnlySpan<byte> data, JsonElement chunk)
    {
        if (_frames.IsLearning && SaysNothingButText(chunk))
        {
            _frames.Learn(data);
        }
    }

    /// <summary>True when a chunk with another text would have no other effect than that text: every member that <see cref="ChatStream"/> looks at is empty.</summary>
    private static bool SaysNothingButText(JsonElement chunk) =>
        IsEmpty(chunk, "error") && IsEmpty(chunk, "usage")
        && chunk.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() == 1
        && IsEmpty(choices[0], "finish_reason")
        && choices[0].TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object
        && delta.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
        && delta.EnumerateObject().All(m => m.Name is "role" or "content" || IsEmpty(m.Value));

    private static bool IsEmpty(JsonElement o, string name) => !o.TryGetProperty(name, out var value) || IsEmpty(value);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
