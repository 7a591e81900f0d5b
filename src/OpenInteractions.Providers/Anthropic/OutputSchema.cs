using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// Brings a JSON Schema into the part that the service enforces (P-10). What constrains values only (lengths, ranges, counts) moves into the
/// description, where the model reads it; what changes the shape (open objects, recursion, references to elsewhere) cannot be said, and the caller asks in words instead.
/// </summary>
internal static class OutputSchema
{
    private static readonly string[] Formats = ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

    private static readonly string[] Kept = ["type", "enum", "const", "title", "default", "properties", "required", "items", "$defs", "definitions", "$ref", "anyOf", "oneOf", "allOf"];

    /// <summary>The schema to send, or null when the service could not keep to it.</summary>
    public static JsonNode? ToEnforced(JsonElement schema)
    {
        if (JsonNode.Parse(schema.GetRawText()) is not JsonObject root || IsRecursive(root))
        {
            return null;
        }

        try
        {
            return Convert(root);
        }
        catch (NotExpressibleException)
        {
            return null;
        }
    }

    private static JsonObject Convert(JsonObject schema)
    {
        if (schema["$ref"] is { } reference)
        {
            // Definitions beside a reference at the root stay where the reference looks for them.
            var referring = new JsonObject { ["$ref"] = reference.DeepClone() };
            CopyDefinitions(schema, referring);
            return reference.ToString().StartsWith('#') ? referring : throw new NotExpressibleException();
        }

        var enforced = new JsonObject();
        foreach (var name in Kept)
        {
            if (name is "type" or "enum" or "const" or "title" or "default" or "required" && schema[name] is { } value)
            {
                enforced[name] = value.DeepClone();
            }
        }

        CopyDefinitions(schema, enforced);
        CopyVariants(schema, enforced, "anyOf", "anyOf");
        CopyVariants(schema, enforced, "oneOf", "anyOf");
        CopyVariants(schema, enforced, "allOf", "allOf");
        if (enforced["type"] is null && enforced["enum"] is null && enforced["const"] is null && enforced["anyOf"] is null && enforced["allOf"] is null)
        {
            if (schema["properties"] is null)
            {
                throw new NotExpressibleException();
            }

            enforced["type"] = "object";
        }

        if (Types(enforced).Contains("object"))
        {
            CopyObject(schema, enforced);
        }

        if (schema["items"] is JsonObject items)
        {
            enforced["items"] = Convert(items);
        }

        Describe(schema, enforced);
        return enforced;
    }

    private static void CopyObject(JsonObject schema, JsonObject enforced)
    {
        if (schema["properties"] is not JsonObject properties || schema["patternProperties"] is not null || IsOpen(schema))
        {
            throw new NotExpressibleException();
        }

        var copied = new JsonObject();
        foreach (var (name, value) in properties)
        {
            copied[name] = Convert(value as JsonObject ?? throw new NotExpressibleException());
        }

        enforced["properties"] = copied;
        enforced["additionalProperties"] = false;
    }

    private static bool IsOpen(JsonObject schema) =>
        schema["additionalProperties"] is { } additional && !(additional is JsonValue value && value.TryGetValue<bool>(out var allowed) && !allowed);

    private static void CopyDefinitions(JsonObject schema, JsonObject enforced)
    {
        foreach (var name in new[] { "$defs", "definitions" })
        {
            if (schema[name] is JsonObject definitions)
            {
                var copied = new JsonObject();
                foreach (var (key, value) in definitions)
                {
                    copied[key] = Convert(value as JsonObject ?? throw new NotExpressibleException());
                }

                enforced[name] = copied;
            }
        }
    }

    private static void CopyVariants(JsonObject schema, JsonObject enforced, string from, string to)
    {
        if (schema[from] is JsonArray variants)
        {
            enforced[to] = new JsonArray([.. variants.Select(v => Convert(v as JsonObject ?? throw new NotExpressibleException()))]);
        }
    }

    private static void Describe(JsonObject schema, JsonObject enforced)
    {
        var rest = new List<string>();
        foreach (var (name, value) in schema)
        {
            switch (name)
            {
                case "$schema" or "$id" or "description" or "additionalProperties" or "examples":
                    break;
                case "format" when Formats.Contains(value?.ToString()):
                case "pattern" when Types(enforced).Contains("string"):
                case "minItems" when value?.ToJsonString() is "0" or "1":
                    enforced[name] = value?.DeepClone();
                    break;
                default:
                    if (!Kept.Contains(name))
                    {
                        rest.Add($"{name}: {value?.ToJsonString(WireJson.Wire.Options)}");
                    }

                    break;
            }
        }

        var description = schema["description"]?.ToString();
        if (rest.Count > 0)
        {
            description = $"{(description is null ? "" : description + "\n\n")}{{{string.Join(", ", rest)}}}";
        }

        if (description is not null)
        {
            enforced["description"] = description;
        }
    }

    private static IReadOnlyList<string> Types(JsonObject schema) => schema["type"] switch
    {
        JsonValue one => [one.ToString()],
        JsonArray many => [.. many.Select(m => m?.ToString() ?? "")],
        _ => [],
    };

    /// <summary>The service refuses a definition that comes back to itself.</summary>
    private static bool IsRecursive(JsonObject root)
    {
        var edges = new Dictionary<string, HashSet<string>> { ["#"] = References(root, skipDefinitions: true) };
        foreach (var name in new[] { "$defs", "definitions" })
        {
            foreach (var (key, value) in root[name] as JsonObject ?? [])
            {
                edges[$"#/{name}/{key}"] = References(value, skipDefinitions: false);
            }
        }

        // What nobody refers to is taken away until nothing is left, or what goes round. Thousands of definitions may refer to each other in a row: a recursion would have no stack for them.
        var uses = edges.Values.SelectMany(e => e).Where(edges.ContainsKey).GroupBy(e => e).ToDictionary(e => e.Key, e => e.Count());
        var unused = new Queue<string>(edges.Keys.Where(e => !uses.ContainsKey(e)));
        var left = edges.Count;
        for (; unused.TryDequeue(out var definition); left--)
        {
            foreach (var next in edges[definition].Where(edges.ContainsKey))
            {
                if (--uses[next] == 0)
                {
                    unused.Enqueue(next);
                }
            }
        }

        return left > 0;
    }

    private static HashSet<string> References(JsonNode? node, bool skipDefinitions)
    {
        var found = new HashSet<string>();
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    if (name == "$ref" && value is JsonValue)
                    {
                        found.Add(value.ToString());
                    }
                    else if (!(skipDefinitions && name is "$defs" or "definitions"))
                    {
                        found.UnionWith(References(value, skipDefinitions: false));
                    }
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    found.UnionWith(References(item, skipDefinitions: false));
                }

                break;
        }

        return found;
    }

    private sealed class NotExpressibleException : Exception;
}
