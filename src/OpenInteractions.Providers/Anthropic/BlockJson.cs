using System.Buffers;
using System.Text.Encodings.Web;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Content blocks as bytes, always written in the same way (P-6).</summary>
internal static class BlockJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Text(string text) => Write(writer =>
    {
        writer.WriteString("type", "text");
        writer.WriteString("text", text);
    });

    public static byte[] Call(string id, string name, JsonElement arguments) => Write(writer =>
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

    public static byte[] Thinking(string thinking, string signature) => Write(writer =>
    {
        writer.WriteString("type", "thinking");
        writer.WriteString("thinking", thinking);
        writer.WriteString("signature", signature);
    });

    public static byte[] Redacted(string data) => Write(writer =>
    {
        writer.WriteString("type", "redacted_thinking");
        writer.WriteString("data", data);
    });

    /// <summary>A block that came from the service, written as ours are.</summary>
    public static byte[] Raw(JsonElement block)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            block.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One object.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static JsonElement String(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStringValue(text);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
