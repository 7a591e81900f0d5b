using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>
/// The subset of OpenAPI schemas that <c>parameters</c> and <c>responseSchema</c> take. JSON Schema proper belongs into
/// <c>parametersJsonSchema</c> and <c>responseJsonSchema</c>.
/// </summary>
internal sealed record OpenApiSchemaShape : PayloadShape
{
    public static OpenApiSchemaShape Instance { get; } = new();

    private static readonly Dictionary<string, PayloadShape> Keywords = new()
    {
        ["type"] = OneOf("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "string", "number", "integer", "boolean", "array", "object", "null"),
        ["format"] = Text,
        ["title"] = Text,
        ["description"] = Text,
        ["nullable"] = Flag,
        ["enum"] = List(Text),
        ["default"] = Any,
        ["example"] = Any,
        ["pattern"] = Text,
        ["minimum"] = Number,
        ["maximum"] = Number,
        ["required"] = List(Text),
        ["propertyOrdering"] = List(Text),
        ["minItems"] = Any,
        ["maxItems"] = Any,
        ["minLength"] = Any,
        ["maxLength"] = Any,
        ["minProperties"] = Any,
        ["maxProperties"] = Any,
    };

    public override void Check(JsonNode? value, string path)
    {
        if (value is not JsonObject schema)
        {
            throw GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", $"Invalid value at '{path}' (message), {value?.ToJsonString() ?? "null"}");
        }

        foreach (var (name, member) in schema)
        {
            CheckKeyword(name, member, path);
        }

        CheckRequired(schema, path);
        if (TypeOf(schema) is "array" && schema["items"] is null)
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.items: missing field.\n");
        }
    }

    private void CheckKeyword(string name, JsonNode? member, string path)
    {
        switch (name)
        {
            case "items":
                Check(member, path + ".items");
                break;
            case "anyOf":
                List(this).Check(member, path + ".any_of");
                break;
            case "properties":
                var index = 0;
                foreach (var (_, property) in member as JsonObject ?? throw GeminiRefusal.Payload(path, $"Invalid value at '{path}.properties' (map)."))
                {
                    // The reader sees a map as a list of entries, and says so in its paths.
                    Check(property, $"{path}.properties[{index++}].value");
                }

                break;
            default:
                if (!Keywords.TryGetValue(name, out var shape))
                {
                    throw GeminiRefusal.Payload(path, $"Unknown name \"{name}\" at '{path}': Cannot find field.");
                }

                shape.Check(member, $"{path}.{SnakeCase(name)}");
                break;
        }
    }

    private static void CheckRequired(JsonObject schema, string path)
    {
        if (schema["required"] is not JsonArray required)
        {
            return;
        }

        if (required.Count == 0)
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.required: should be non-empty when set\n");
        }

        for (var i = 0; i < required.Count; i++)
        {
            if (schema["properties"]?[required[i]!.GetValue<string>()] is null)
            {
                throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.required[{i}]: property is not defined\n");
            }
        }
    }

    private static string? TypeOf(JsonObject schema) =>
        schema["type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String ? type.GetValue<string>().ToLowerInvariant() : null;
}
