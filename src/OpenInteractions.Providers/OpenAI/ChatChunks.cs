namespace OpenInteractions.Providers.OpenAI;

/// <summary>Tells which chunks of an answer bring nothing but another piece of text.</summary>
internal static class ChatChunks
{
    /// <summary>True when a chunk with another text would have no other effect than that text: every member that <see cref="ChatStream"/> looks at is empty.</summary>
    public static bool SaysNothingButText(JsonElement chunk) =>
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
