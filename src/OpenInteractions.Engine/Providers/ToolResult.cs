namespace OpenInteractions.Engine.Providers;

/// <summary>Reads the <c>result</c> of a tool, which is a string, an object, or content blocks (behaviour FN-5).</summary>
public static class ToolResult
{
    /// <summary>The blocks of a result that is a list of them, also when it is wrapped as <c>{"content":[…]}</c>; null when it is text or an object.</summary>
    public static IReadOnlyList<ContentBlock>? Blocks(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Array)
        {
            return result.Deserialize(WireJson.Wire.IReadOnlyListContentBlock);
        }

        if (result.ValueKind != JsonValueKind.Object || !result.TryGetProperty("content"u8, out var content) || content.ValueKind != JsonValueKind.Array
            || result.EnumerateObject().Skip(1).Any() || !content.EnumerateArray().All(IsBlock))
        {
            return null;
        }

        try
        {
            return content.Deserialize(WireJson.Wire.IReadOnlyListContentBlock);
        }
        catch (JsonException)
        {
            return null; // it only looks like blocks: it is the function's own object
        }
    }

    /// <summary>A result as text: a string as it is, anything else as its JSON.</summary>
    public static string Text(JsonElement result) => result.ValueKind == JsonValueKind.String ? result.GetString()! : PlainJson.Of(result);

    private static bool IsBlock(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String
        && (type.ValueEquals(TextContent.TypeName) || type.ValueEquals(ImageContent.TypeName) || type.ValueEquals(AudioContent.TypeName)
            || type.ValueEquals(VideoContent.TypeName) || type.ValueEquals(DocumentContent.TypeName));
}
