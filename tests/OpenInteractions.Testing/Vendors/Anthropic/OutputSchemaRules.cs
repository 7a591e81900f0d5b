using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>The part of JSON Schema that the service can hold an answer to; everything else is refused.</summary>
internal static class OutputSchemaRules
{
    private static readonly Dictionary<string, string[]> Unsupported = new()
    {
        ["integer"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
        ["string"] = ["minLength", "maxLength"],
        ["array"] = ["maxItems", "uniqueItems", "contains", "prefixItems"],
        ["object"] = ["minProperties", "maxProperties", "patternProperties", "propertyNames"],
    };

    public static void Check(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw AnthropicRefusal.Invalid("output_config.format.schema: Input should be a valid dictionary");
        }

        if (schema.Member("oneOf") is not null)
        {
            throw AnthropicRefusal.Invalid("output_config.format.schema: Schema type 'oneOf' is not supported");
        }

        var type = schema.Text("type");
        if (type == "object" && schema.Member("additionalProperties") is not { ValueKind: JsonValueKind.False })
        {
            throw AnthropicRefusal.Invalid("output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
        }

        if (type is not null && Unsupported.TryGetValue(type, out var names) && names.FirstOrDefault(n => schema.TryGetProperty(n, out _)) is { } name)
        {
            throw AnthropicRefusal.Invalid($"output_config.format.schema: For '{type}' type, property '{name}' is not supported");
        }

        if (type == "array" && schema.Member("minItems") is { } least && least.GetInt32() > 1)
        {
            throw AnthropicRefusal.Invalid("output_config.format.schema: For 'array' type, 'minItems' values other than 0 or 1 are not supported");
        }

        foreach (var inner in Inner(schema))
        {
            Check(inner);
        }
    }

    private static IEnumerable<JsonElement> Inner(JsonElement schema)
    {
        foreach (var map in new[] { "properties", "$defs", "definitions" })
        {
            foreach (var property in schema.Member(map)?.EnumerateObject() ?? default)
            {
                yield return property.Value;
            }
        }

        foreach (var list in new[] { "anyOf", "allOf" })
        {
            foreach (var item in schema.Member(list)?.EnumerateArray() ?? default)
            {
                yield return item;
            }
        }

        if (schema.Member("items") is { } items)
        {
            yield return items;
        }
    }
}
