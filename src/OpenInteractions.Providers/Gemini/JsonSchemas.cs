namespace OpenInteractions.Providers.Gemini;

/// <summary>JSON schemas as the vendor takes them.</summary>
internal static class JsonSchemas
{
    /// <summary>Writes a schema without empty <c>required</c> lists, which the vendor refuses and we accept (behaviour FN-10). Everything else goes as it is.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in schema.EnumerateObject())
                {
                    if (member.NameEquals("required"u8) && member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() == 0)
                    {
                        continue;
                    }

                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in schema.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                schema.WriteTo(writer);
                break;
        }
    }
}
