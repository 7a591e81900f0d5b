using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace OpenInteractions.Providers.Tests.Demo;

/// <summary>Schemas that can be met, of everything that the demo model says it understands.</summary>
internal static class RandomSchemas
{
    private static readonly string[] Names = ["name", "city", "age", "items", "tags", "price", "when", "email", "from", "kind"];
    private static readonly string[] Formats = ["date", "date-time", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "duration"];

    public static Gen<JsonNode> Any => Gen.Sized(size => OfDepth(Math.Min(4, size / 15)));

    private static Gen<JsonNode> OfDepth(int depth) => depth <= 0
        ? Leaf
        : Gen.Frequency((3, Leaf), (4, ObjectOf(depth)), (3, ArrayOf(depth)), (1, TupleOf(depth)), (1, AlternativeOf(depth)), (1, JoinOf(depth)), (1, ReferenceTo(depth)));

    private static Gen<JsonNode> Leaf => Gen.OneOf(Text, Number(isInteger: true), Number(isInteger: false), Enumeration, Constant, Simple("boolean"), Simple("null"), Nullable, FormattedText);

    private static Gen<JsonNode> Text =>
        from least in Gen.Choose(0, 40)
        from more in Gen.Choose(0, 40)
        from kind in Gen.Choose(0, 3)
        select (JsonNode)(kind switch
        {
            0 => new JsonObject { ["type"] = "string" },
            1 => new JsonObject { ["type"] = "string", ["minLength"] = least },
            2 => new JsonObject { ["type"] = "string", ["maxLength"] = least },
            _ => new JsonObject { ["type"] = "string", ["minLength"] = least, ["maxLength"] = least + more },
        });

    private static Gen<JsonNode> FormattedText =>
        from format in Gen.Elements(Formats)
        select (JsonNode)new JsonObject { ["type"] = "string", ["format"] = format };

    private static Gen<JsonNode> Number(bool isInteger) =>
        from least in Gen.Choose(-1000, 1000)
        from more in Gen.Choose(10, 1000)
        from kind in Gen.Choose(0, 5)
        from step in Gen.Choose(1, 9)
        select (JsonNode)With(new JsonObject { ["type"] = isInteger ? "integer" : "number" }, kind switch
        {
            0 => [],
            1 => [("minimum", least)],
            2 => [("maximum", least)],
            3 => [("minimum", least), ("maximum", least + more)],
            4 => [("exclusiveMinimum", least), ("exclusiveMaximum", least + more)],
            _ => [("multipleOf", step), ("minimum", least), ("maximum", least + more)],
        });

    private static Gen<JsonNode> Enumeration =>
        from count in Gen.Choose(1, 4)
        select (JsonNode)new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => (JsonNode)$"choice{i}")]) };

    private static Gen<JsonNode> Constant => from value in Gen.Choose(0, 9) select (JsonNode)new JsonObject { ["const"] = value };

    private static Gen<JsonNode> Nullable => Gen.Constant((JsonNode)new JsonObject { ["type"] = new JsonArray("null", "string") }).Select(n => n.DeepClone());

    private static Gen<JsonNode> Simple(string type) => Gen.Fresh(() => (JsonNode)new JsonObject { ["type"] = type });

    private static Gen<JsonNode> ObjectOf(int depth) =>
        from names in Gen.SubListOf(Names)
        from schemas in Gen.ArrayOf(OfDepth(depth - 1), names.Count)
        from required in Gen.ArrayOf(Gen.Elements(true, false), names.Count)
        from closed in Gen.Elements(true, false)
        select (JsonNode)new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, (JsonNode?)schemas[i].DeepClone()))),
            ["required"] = new JsonArray([.. names.Where((_, i) => required[i]).Select(n => (JsonNode)n)]),
            ["additionalProperties"] = !closed,
        };

    private static Gen<JsonNode> ArrayOf(int depth) =>
        from items in OfDepth(depth - 1)
        from least in Gen.Choose(0, 5)
        from more in Gen.Choose(0, 5)
        from kind in Gen.Choose(0, 3)
        select (JsonNode)With(new JsonObject { ["type"] = "array", ["items"] = items.DeepClone() }, kind switch
        {
            0 => [],
            1 => [("minItems", least)],
            2 => [("maxItems", least)],
            _ => [("minItems", least), ("maxItems", least + more)],
        });

    private static Gen<JsonNode> TupleOf(int depth) =>
        from items in Gen.ArrayOf(OfDepth(depth - 1), 2)
        select (JsonNode)new JsonObject { ["type"] = "array", ["prefixItems"] = new JsonArray([.. items.Select(i => i.DeepClone())]), ["items"] = false, ["minItems"] = 2 };

    private static Gen<JsonNode> AlternativeOf(int depth) =>
        from options in Gen.ArrayOf(OfDepth(depth - 1), 3)
        select (JsonNode)new JsonObject { ["anyOf"] = new JsonArray([.. options.Select(o => o.DeepClone())]) };

    /// <summary>Two objects that speak of different properties hold at once.</summary>
    private static Gen<JsonNode> JoinOf(int depth) =>
        from first in OfDepth(depth - 1)
        from second in OfDepth(depth - 1)
        select (JsonNode)new JsonObject
        {
            ["allOf"] = new JsonArray(
                new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["left"] = first.DeepClone() }, ["required"] = new JsonArray("left") },
                new JsonObject { ["properties"] = new JsonObject { ["right"] = second.DeepClone() }, ["required"] = new JsonArray("right") }),
        };

    /// <summary>The root gets a definition of a tree, which is as deep as it likes; this is a place that refers to it.</summary>
    private static Gen<JsonNode> ReferenceTo(int depth) => Gen.Fresh(() => (JsonNode)new JsonObject { ["$ref"] = depth > 1 ? "#/$defs/tree" : "#/$defs/list" });

    public static JsonNode WithDefinitions(JsonNode schema)
    {
        var root = (JsonObject)schema.DeepClone();
        root["$defs"] = JsonNode.Parse("""
            {
              "tree": { "type": "object", "properties": { "value": { "type": "integer" }, "children": { "type": "array", "items": { "$ref": "#/$defs/tree" } } }, "required": ["value", "children"] },
              "list": { "type": "object", "properties": { "head": { "type": "string" }, "tail": { "anyOf": [{ "$ref": "#/$defs/list" }, { "type": "null" }] } }, "required": ["head", "tail"] }
            }
            """);
        return root;
    }

    private static JsonObject With(JsonObject schema, (string Keyword, int Value)[] keywords)
    {
        foreach (var (keyword, value) in keywords)
        {
            schema[keyword] = value;
        }

        return schema;
    }
}
