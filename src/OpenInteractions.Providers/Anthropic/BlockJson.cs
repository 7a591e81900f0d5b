namespace OpenInteractions.Providers.Anthropic;

/// <summary>Content blocks as bytes, always written in the same way (P-6).</summary>
internal static class BlockJson
{
    public static byte[] Text(string text) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "text");
        writer.WriteString("text", text);
    });

    public static byte[] Call(string id, string name, JsonElement arguments) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "tool_use");
        writer.WriteString("id", id);
        writer.WriteString("name", name);
        writer.WritePropertyName("input");
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            arguments.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
    });

    public static byte[] Thinking(string thinking, string signature) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "thinking");
        writer.WriteString("thinking", thinking);
        writer.WriteString("signature", signature);
    });

    public static byte[] Redacted(string data) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", "redacted_thinking");
        writer.WriteString("data", data);
    });

    /// <summary>A block that came from the service, written as ours are.</summary>
    public static byte[] Raw(JsonElement block)
    {
        using var scratch = JsonScratch.Rent();
        block.WriteTo(scratch.Json);
        return scratch.ToArray();
    }

    public static JsonElement String(string text)
    {
        using var scratch = JsonScratch.Rent();
        scratch.Json.WriteStringValue(text);
        return JsonElement.Parse(scratch.Written.Span);
    }
}
