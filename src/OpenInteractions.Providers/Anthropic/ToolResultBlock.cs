namespace OpenInteractions.Providers.Anthropic;

/// <summary>A result as <c>tool_result</c>: a string, an object, or content with pictures (behaviour FN-5).</summary>
internal static class ToolResultBlock
{
    public static byte[] Render(string callId, JsonElement result, bool isError) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "tool_result");
        writer.WriteString("tool_use_id", callId);
        WriteContent(writer, result);
        if (isError)
        {
            writer.WriteBoolean("is_error", true);
        }
    });

    public static byte[] Missing(string callId) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "tool_result");
        writer.WriteString("tool_use_id", callId);
        writer.WriteString("content", "The call was not answered.");
        writer.WriteBoolean("is_error", true);
    });

    /// <summary>The result in words, where no call stands before it.</summary>
    public static byte[] AsText(string? name, JsonElement result) =>
        BlockJson.Text($"Result of {name ?? "a tool"}: {ToolResult.Text(result)}");

    private static void WriteContent(Utf8JsonWriter writer, JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.String)
        {
            writer.WriteString("content", result.GetString());
            return;
        }

        if (Blocks(result) is not { } blocks)
        {
            writer.WriteString("content", ToolResult.Text(result));
            return;
        }

        var rendered = blocks.Select(MediaBlocks.Render).OfType<byte[]>().ToList();
        if (rendered.Count == 0)
        {
            return; // a result without content is allowed, an empty list is not
        }

        writer.WriteStartArray("content");
        foreach (var block in rendered)
        {
            writer.WriteRawValue(block, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }

    /// <summary>The content blocks of a list of them, or of an object that only wraps such a list.</summary>
    private static IReadOnlyList<ContentBlock>? Blocks(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Object && result.EnumerateObject().Count() == 1 && result.TryGetProperty("content", out var inner))
        {
            result = inner;
        }

        if (result.ValueKind != JsonValueKind.Array || !result.EnumerateArray().All(IsContent))
        {
            return null;
        }

        try
        {
            return [.. result.EnumerateArray().Select(b => b.Deserialize(WireJson.Wire.ContentBlock)!)];
        }
        catch (JsonException)
        {
            return null; // it looks like content and is something of the caller's own
        }
    }

    private static bool IsContent(JsonElement element) => element.Text("type") switch
    {
        TextContent.TypeName => element.Text("text") is not null,
        ImageContent.TypeName or DocumentContent.TypeName or AudioContent.TypeName or VideoContent.TypeName => element.Text("data") is not null || element.Text("uri") is not null,
        _ => false,
    };
}
