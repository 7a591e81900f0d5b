using System.Text.Json.Nodes;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>Schemas and values from a world so small that they often fit each other.</summary>
/// <remarks>
/// Numbers are such that doubles are exact: ajv computes with them. The unevaluated keywords are left out: where they stand below alternatives,
/// ajv 8.20 gives verdicts that the specification contradicts, or breaks; <see cref="KeywordTests"/> holds them.
/// </remarks>
internal sealed class RandomSchema(Random random)
{
    private static readonly string[] Names = ["a", "b", "ab", "x"];
    private static readonly string[] Texts = ["", "a", "ab", "aba", "é", "😀", "x1"];
    private static readonly string[] Patterns = ["^a", "b$", "^[a-z]+$", "^.$", "\\d", "^\\w*$", "[^a]"];
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "integer", "string"];

    /// <summary>A whole document: its definitions refer to each other, and to the root from below.</summary>
    public JsonNode Schema(int depth)
    {
        var root = Object(depth, isRoot: true);
        root["$defs"] = new JsonObject { ["p"] = Sub(1, mayRefer: false), ["q"] = Sub(1, mayRefer: false), ["r"] = new JsonObject { ["$anchor"] = "r", ["type"] = Pick(Types) } };
        return root;
    }

    public JsonNode? Value(int depth) => random.Next(depth > 0 ? 9 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => Number(),
        3 or 4 => Pick(Texts),
        5 or 6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))]),
        _ => new JsonObject(Members(() => Value(depth - 1))),
    };

    private JsonNode Sub(int depth, bool mayRefer = true) => random.Next(12) switch
    {
        0 => true,
        1 => false,
        2 or 3 when mayRefer => new JsonObject { ["$ref"] = Pick(["#/$defs/p", "#/$defs/q", "#r"]) },
        _ => Object(depth, isRoot: false, mayRefer),
    };

    private JsonObject Object(int depth, bool isRoot, bool mayRefer = true)
    {
        var schema = new JsonObject();
        for (var i = random.Next(isRoot ? 2 : 0, 4); i >= 0; i--)
        {
            Add(schema, depth, mayRefer);
        }

        return schema;
    }

    private void Add(JsonObject schema, int depth, bool mayRefer)
    {
        switch (random.Next(depth > 0 ? 32 : 15))
        {
            case 0: schema["type"] = random.Next(2) == 0 ? Pick(Types) : new JsonArray([.. Some(Types)]); break;
            case 1: schema["enum"] = new JsonArray([.. Enumerable.Range(0, 3).Select(_ => Value(1)).DistinctBy(v => v?.ToJsonString())]); break;
            case 2: schema["const"] = Value(1); break;
            case 3: schema[Pick(["minimum", "exclusiveMinimum"])] = Number(); break;
            case 4: schema[Pick(["maximum", "exclusiveMaximum"])] = Number(); break;
            case 5: schema["multipleOf"] = Pick([1.0, 2.0, 0.5, 3.0]); break;
            case 6: schema["minLength"] = random.Next(3); break;
            case 7: schema["maxLength"] = random.Next(3); break;
            case 8: schema["pattern"] = Pick(Patterns); break;
            case 9: schema[Pick(["minItems", "maxItems"])] = random.Next(3); break;
            case 10: schema["uniqueItems"] = true; break;
            case 11: schema[Pick(["minProperties", "maxProperties"])] = random.Next(3); break;
            case 12: schema["required"] = new JsonArray([.. Some(Names)]); break;
            case 13: schema["dependentRequired"] = new JsonObject { [Pick(Names)] = new JsonArray([.. Some(Names)]) }; break;
            case 14: schema["type"] = Pick(["object", "array"]); break;
            case 15 or 16: schema["properties"] = new JsonObject(Members(Below)); break;
            case 17: schema["patternProperties"] = new JsonObject { [Pick(Patterns)] = Below() }; break;
            case 18: schema["additionalProperties"] = Below(); break;
            case 19: schema["propertyNames"] = Below(); break;
            case 20: schema["dependentSchemas"] = new JsonObject(Members(Below)); break;
            case 21 or 22: schema["items"] = Below(); break;
            case 23: schema["prefixItems"] = List(); break;
            case 24:
                schema["contains"] = Below();
                if (random.Next(2) == 0)
                {
                    schema["minContains"] = random.Next(3);
                    schema["maxContains"] = 2 + random.Next(2);
                }

                break;
            case 25: schema["allOf"] = List(); break;
            case 26: schema["anyOf"] = List(); break;
            case 27: schema["oneOf"] = List(); break;
            case 28: schema["not"] = Below(); break;
            case 29 or 30:
                schema["if"] = Below();
                schema["then"] = Below();
                schema["else"] = Below();
                break;
            default: schema["properties"] = new JsonObject { ["a"] = mayRefer ? new JsonObject { [Pick(["$ref", "$dynamicRef"])] = "#" } : Below() }; break;
        }

        JsonNode Below() => Sub(depth - 1, mayRefer);

        JsonArray List() => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Below())];
    }

    private List<KeyValuePair<string, JsonNode?>> Members(Func<JsonNode?> value) =>
        Names.Where(_ => random.Next(2) == 0).Select(n => KeyValuePair.Create(n, value())).ToList();

    private JsonNode Number() => Pick([-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]);

    private JsonNode[] Some(string[] from)
    {
        var some = from.Where(_ => random.Next(3) == 0).ToList();
        return [.. (some.Count > 0 ? some : [Pick(from)]).Select(n => (JsonNode)n)];
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
