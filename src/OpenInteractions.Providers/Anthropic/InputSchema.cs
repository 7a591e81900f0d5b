namespace OpenInteractions.Providers.Anthropic;

/// <summary>A function's parameters as <c>input_schema</c>: sent as they are (P-10), except that the service wants an object without alternatives at the top.</summary>
internal static class InputSchema
{
    public static void Write(Utf8JsonWriter writer, JsonElement? parameters)
    {
        if (parameters is not { ValueKind: JsonValueKind.Object } schema)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "object");
            writer.WriteStartObject("properties");
            writer.WriteEndObject();
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "object");
        foreach (var member in schema.EnumerateObject())
        {
            if (member.Name is not ("type" or "anyOf" or "oneOf" or "allOf" or "properties"))
            {
                member.WriteTo(writer);
            }
        }

        // Alternatives at the top are not taken: the model sees the members of all of them, and the engine holds the arguments against the real schema.
        writer.WriteStartObject("properties");
        var written = new HashSet<string>();
        foreach (var properties in Alternatives(schema))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (written.Add(property.Name))
                {
                    property.WriteTo(writer);
                }
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static IEnumerable<JsonElement> Alternatives(JsonElement schema)
    {
        if (Properties(schema) is { } own)
        {
            yield return own;
        }

        foreach (var name in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (!schema.TryGetProperty(name, out var variants) || variants.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            foreach (var variant in variants.EnumerateArray())
            {
                if (Properties(variant) is { } properties)
                {
                    yield return properties;
                }
            }
        }
    }

    private static JsonElement? Properties(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties
            : null;
}
