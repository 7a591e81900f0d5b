namespace OpenInteractions.Providers.OpenAI;

/// <summary>The JSON that the answer has to be (behaviour SO-2).</summary>
/// <param name="Schema">The caller's schema; a bare object where JSON was asked for without one.</param>
/// <param name="IsStrict">Whether the schema is of the closed kind that these services can enforce token by token.</param>
internal sealed record AnswerSchema(JsonElement Schema, bool IsStrict)
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static AnswerSchema? Of(IReadOnlyList<ResponseFormat> formats)
    {
        foreach (var format in formats)
        {
            switch (format)
            {
                case SchemaResponseFormat bare:
                    return From(bare.Schema);
                case TextResponseFormat { Schema: { } schema }:
                    return From(schema);
                case TextResponseFormat { MimeType: "application/json" }:
                    return From(AnyObject);
                case TextResponseFormat:
                    break;
                default:
                    throw new ApiException(ErrorCode.FailedPrecondition, $"This model does not make {format.Type}.", "response_format");
            }
        }

        return null;
    }

    /// <summary>Closed objects all the way down, every property required: anything else is refused by strict mode (protocols 6.2).</summary>
    public static bool IsClosed(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (schema.TryGetProperty("properties", out var properties) || Type(schema) == "object")
        {
            if (!schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind != JsonValueKind.False)
            {
                return false;
            }

            var required = schema.TryGetProperty("required", out var r) && r.ValueKind == JsonValueKind.Array ? r.EnumerateArray().Select(e => e.ToString()).ToHashSet() : [];
            if (properties.ValueKind == JsonValueKind.Object && !properties.EnumerateObject().All(p => required.Contains(p.Name) && IsClosed(p.Value)))
            {
                return false;
            }
        }

        return (!schema.TryGetProperty("items", out var items) || IsClosed(items))
            && All(schema, "anyOf") && Members(schema, "$defs") && !schema.TryGetProperty("oneOf", out _) && !schema.TryGetProperty("allOf", out _)
            && !schema.TryGetProperty("patternProperties", out _);
    }

    private static AnswerSchema From(JsonElement schema) => new(schema, IsClosed(schema) && Type(schema) == "object");

    private static string? Type(JsonElement schema) => schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static bool All(JsonElement schema, string name) =>
        !schema.TryGetProperty(name, out var list) || (list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(IsClosed));

    private static bool Members(JsonElement schema, string name) =>
        !schema.TryGetProperty(name, out var map) || (map.ValueKind == JsonValueKind.Object && map.EnumerateObject().All(m => IsClosed(m.Value)));
}
