using System.Collections.Frozen;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Engine.Interactions;

/// <summary>
/// A <c>response_format</c> may be a JSON Schema itself (wire 10.2), which makes an object of any other kind look like one: what has not a single keyword of JSON Schema is an
/// entry that was misspelt, and would be dropped silently.
/// </summary>
internal static class BareSchemaRules
{
    private static readonly string[] Entry = ["type", "mime_type", "schema"];

    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <summary>Those of 2020-12, what older drafts and OpenAPI have besides, and Gemini's order of members.</summary>
    private static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        StringComparer.Ordinal,
        "$schema", "$id", "$ref", "$defs", "$anchor", "$comment", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "definitions", "dependencies", "id", "type", "enum", "const", "allOf", "anyOf", "oneOf",
        "not", "if", "then", "else", "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas",
        "items", "prefixItems", "additionalItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems", "unevaluatedProperties", "multipleOf",
        "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema", "title", "description",
        "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "nullable", "propertyOrdering");

    /// <exception cref="ApiException">It is no schema; the message names the nearest word that would be known.</exception>
    public static void Require(JsonElement schema, string path)
    {
        var names = schema.EnumerateObject().Select(m => m.Name).ToList();
        if (names.Count > 0 && !names.Exists(Keywords.Contains))
        {
            var field = $"{path}.{Excerpt.Of(names[0])}";
            var meant = NearestName.Find(names[0], Entry.Concat(Keywords)) is [var close, ..] ? $"Did you mean '{close}'? " : "";
            throw new ApiException(
                ErrorCode.ParameterUnknown,
                $"Unknown parameter '{field}'. {meant}'{path}' is an entry with 'type', 'mime_type' and 'schema', or a JSON Schema, such as {{\"type\":\"object\",\"properties\":{{}}}}.",
                field);
        }

        if (schema.TryGetProperty("type"u8, out var type) && !IsType(type))
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"Invalid value for '{path}.type': it must be 'text', 'image', 'audio' or 'video', or, of a JSON Schema, one or several of {string.Join(", ", Types.Select(t => $"'{t}'"))}.",
                $"{path}.type");
        }
    }

    private static bool IsType(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.String => Types.Contains(type.GetString(), StringComparer.OrdinalIgnoreCase), // OpenAPI's are in upper case with some SDKs
        JsonValueKind.Array => type.GetArrayLength() > 0 && type.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String && Types.Contains(t.GetString(), StringComparer.OrdinalIgnoreCase)),
        _ => false,
    };
}
