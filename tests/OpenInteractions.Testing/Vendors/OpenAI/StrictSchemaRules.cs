using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What strict mode asks of a schema: closed objects, and every property required.</summary>
internal static class StrictSchemaRules
{
    public static void Check(JsonElement schema, Func<string, OpenAIError> refuse) => Check(schema, "", refuse);

    private static void Check(JsonElement schema, string context, Func<string, OpenAIError> refuse)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "object")
        {
            CheckObject(schema, context, refuse);
        }

        if (schema.TryGetProperty("items", out var items))
        {
            Check(items, Join(context, "items"), refuse);
        }
    }

    private static void CheckObject(JsonElement schema, string context, Func<string, OpenAIError> refuse)
    {
        if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False)
        {
            throw new RefusedException(refuse($"In context=({context}), 'additionalProperties' is required to be supplied and to be false."));
        }

        var required = schema.TryGetProperty("required", out var r) && r.ValueKind == JsonValueKind.Array ? r.EnumerateArray().Select(e => e.GetString()).ToHashSet() : [];
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return;
        }

        foreach (var property in properties.EnumerateObject())
        {
            if (!required.Contains(property.Name))
            {
                throw new RefusedException(refuse($"In context=({context}), 'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'."));
            }

            Check(property.Value, Join(context, "properties", property.Name), refuse);
        }
    }

    private static string Join(string context, params string[] parts) =>
        string.Join(", ", new[] { context }.Where(c => c.Length > 0).Concat(parts.Select(p => $"'{p}'")));
}
