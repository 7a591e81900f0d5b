using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Engine.Schemas;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>Schemas in which something stands where it does not belong: they are used or refused, and nothing else happens.</summary>
public sealed class SchemaFuzzTests
{
    private static readonly string[] Keywords =
    [
        "type", "enum", "const", "minimum", "multipleOf", "minItems", "maxLength", "minContains", "contains", "pattern", "patternProperties", "properties", "required", "dependentRequired", "dependentSchemas", "$ref",
        "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$defs", "not", "if", "then", "items", "prefixItems", "anyOf", "allOf", "uniqueItems", "format", "nullable", "propertyNames", "unevaluatedItems", "a",
    ];

    private static readonly string[] Odd =
    [
        "null", "true", "false", "0", "-0", "-1", "1e999999999999", "1E-400", "0.1", new('9', 1500), "\"\"", "\"(\"", "\"[\"", "\"\\\\\"", "\"(?<a>b)\\\\k<a>\"", "\"#\"", "\"#/\"", "\"#/$defs/p\"", "\"#/%\"",
        "\"#/a/0\"", "\"#/anyOf/-1\"", "\"#a\"", "\"//\"", "\"http://[\"", "\"http://xn--a/\"", "\"http://\uFFFF.\u00ad/\"", "\"a:b\"", "\"\\ud800\"", "\"\\u0000\"", "\"object\"", "\"object, array\"", "[]", "{}", "[[]]", "[{}]",
        "[\"a\",1]", "{\"\":{}}", "{\"(\":{}}", "{\"$ref\":\"#\"}", "[{\"$ref\":\"#/$defs\"}]",
    ];

    [Fact]
    public void Whatever_stands_in_a_schema_it_is_read_or_refused()
    {
        var random = new Random((int)(PropertySeed.Seed % int.MaxValue));
        var schemas = new RandomSchema(random);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var schema = schemas.Schema(3);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Objects(schema).ElementAt(random.Next(Objects(schema).Count()))[Keywords[random.Next(Keywords.Length)]] = JsonValue.Create($"@{random.Next(Odd.Length)}@");
            }

            var text = schema.ToJsonString();
            for (var o = 0; o < Odd.Length; o++)
            {
                text = text.Replace($"\"@{o}@\"", Odd[o], StringComparison.Ordinal);
            }

            try
            {
                var compiled = JsonSchema.Compile(JsonElement.Parse(text));
                compiled.Check(JsonElement.Parse(schemas.Value(3)?.ToJsonString() ?? "null"));
                read++;
            }
            catch (JsonSchemaException exception)
            {
                Assert.NotEmpty(exception.Message);
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"{text}: {exception}");
            }
        }

        Assert.InRange(read, 400, 3600); // or nothing would be said
        Assert.InRange(refused, 400, 3600);
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(m => Objects(m.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };
}
