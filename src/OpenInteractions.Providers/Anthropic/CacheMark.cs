namespace OpenInteractions.Providers.Anthropic;

/// <summary>A mark up to which the service keeps the prompt (P-6). At most four stand in a request: tools, system, and the last two user messages.</summary>
internal static class CacheMark
{
    private static readonly byte[] Tail = ",\"cache_control\":{\"type\":\"ephemeral\"}}"u8.ToArray();

    public static void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("cache_control");
        writer.WriteString("type", "ephemeral");
        writer.WriteEndObject();
    }

    /// <summary>The same block with the mark as its last member.</summary>
    public static byte[] Add(ReadOnlySpan<byte> block) => [.. block[..^1], .. Tail];
}
