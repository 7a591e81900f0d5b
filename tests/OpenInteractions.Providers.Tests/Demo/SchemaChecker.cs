using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Tests.Demo;

/// <summary>Says whether a value fits a JSON schema. Written apart from the generator, by the words of the specification.</summary>
internal static class SchemaChecker
{
    public static bool Fits(JsonElement schema, JsonElement value) => Fits(schema, value, schema);

    private static bool Fits(JsonElement schema, JsonElement value, JsonElement root) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Holds(keyword.Name, keyword.Value, schema, value, root)),
    };

    private static bool Holds(string keyword, JsonElement rule, JsonElement schema, JsonElement value, JsonElement root) => keyword switch
    {
        "$ref" => Fits(Follow(root, rule.GetString()!), value, root),
        "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(t => IsType(t.GetString()!, value)) : IsType(rule.GetString()!, value),
        "const" => JsonElement.DeepEquals(rule, value),
        "enum" => rule.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)),
        "allOf" => rule.EnumerateArray().All(s => Fits(s, value, root)),
        "anyOf" => rule.EnumerateArray().Any(s => Fits(s, value, root)),
        "oneOf" => rule.EnumerateArray().Count(s => Fits(s, value, root)) == 1,
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= rule.GetDecimal(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= rule.GetDecimal(),
        "exclusiveMinimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() > rule.GetDecimal(),
        "exclusiveMaximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() < rule.GetDecimal(),
        "multipleOf" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() % rule.GetDecimal() == 0,
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() >= rule.GetInt32(),
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= rule.GetInt32(),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.ECMAScript),
        "format" => value.ValueKind != JsonValueKind.String || HasFormat(rule.GetString()!, value.GetString()!),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
        "uniqueItems" => value.ValueKind != JsonValueKind.Array || rule.ValueKind != JsonValueKind.True || value.EnumerateArray().Select(i => i.GetRawText()).Distinct().Count() == value.GetArrayLength(),
        "prefixItems" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Zip(rule.EnumerateArray()).All(p => Fits(p.Second, p.First, root)),
        "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Skip(schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0).All(i => Fits(rule, i, root)),
        "properties" => value.ValueKind != JsonValueKind.Object || rule.EnumerateObject().All(p => !value.TryGetProperty(p.Name, out var member) || Fits(p.Value, member, root)),
        "required" => value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(r => value.TryGetProperty(r.GetString()!, out _)),
        "minProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() >= rule.GetInt32(),
        "additionalProperties" => value.ValueKind != JsonValueKind.Object
            || value.EnumerateObject().All(m => (schema.TryGetProperty("properties", out var declared) && declared.TryGetProperty(m.Name, out _)) || Fits(rule, m.Value, root)),
        "$defs" or "definitions" or "title" or "description" or "default" or "examples" => true,
        _ => throw new NotSupportedException($"The checker does not know '{keyword}'."),
    };

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() % 1 == 0,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new NotSupportedException(type),
    };

    private static bool HasFormat(string format, string text) => format switch
    {
        "date" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\d$") && DateTime.TryParse(text, CultureInfo.InvariantCulture, out _),
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"),
        "time" => Regex.IsMatch(text, @"^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"),
        "email" => Regex.IsMatch(text, @"^[^@\s]+@[^@\s]+$"),
        "uri" => Regex.IsMatch(text, @"^[a-z][a-z0-9+.-]*:\S+$"),
        "uuid" => Regex.IsMatch(text, "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"),
        "ipv4" => Regex.IsMatch(text, @"^\d+(\.\d+){3}$") && IPAddress.TryParse(text, out _),
        "ipv6" => text.Contains(':') && IPAddress.TryParse(text, out _),
        "hostname" => Regex.IsMatch(text, "^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$"),
        "duration" => Regex.IsMatch(text, "^P(T?\\d+[YMWDHS])+$"),
        _ => throw new NotSupportedException(format),
    };

    private static JsonElement Follow(JsonElement root, string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => at.GetProperty(name));
}
