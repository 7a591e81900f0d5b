using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// Makes a value that fits a JSON schema: from the prompt where it has fitting values, else the schema's default or example, else a sample.
/// Understands types, enum, const, required, nested objects and arrays with their limits, anyOf, oneOf, allOf, <c>$ref</c>, formats and
/// numeric and length limits. Conditions (<c>if</c>, <c>not</c>, <c>dependentSchemas</c>) are not looked at.
/// </summary>
internal sealed class SchemaSample
{
    // A schema may ask for more than a model would ever write; what is beyond these ends does not fit, but it ends.
    private const int DeepestLevel = 24;
    private const int MostNodes = 5_000;

    // For each value the schema may be gone through as a whole: a long one describes fewer of them.
    private const int MostCharacters = 50_000_000;

    // From here on only what is required is made, and the plainest alternatives are chosen: recursive schemas have an end this way.
    private const int ShallowLevel = 5;

    private readonly JsonElement _root;
    private readonly ValuePool _values;
    private readonly bool _fillOptional;
    private readonly int _mostNodes;
    private int _nodes;

    private SchemaSample(JsonElement root, ValuePool values, bool fillOptional)
    {
        (_root, _values, _fillOptional) = (root, values, fillOptional);
        _mostNodes = Math.Clamp(MostCharacters / Math.Max(1, root.GetRawText().Length), 1, MostNodes);
    }

    /// <summary>Arguments of a call: what is required, and of the rest what the prompt names.</summary>
    public static JsonObject Arguments(JsonElement? schema, ValuePool values) =>
        schema is { ValueKind: JsonValueKind.Object } given && new SchemaSample(given, values, fillOptional: false).Make([given], "", 0, 0) is JsonObject made
            ? made
            : [];

    /// <summary>An answer: everything that the schema describes.</summary>
    public static JsonNode? Answer(JsonElement schema, ValuePool values) => new SchemaSample(schema, values, fillOptional: true).Make([schema], "", 0, 0);

    /// <param name="schemas">All of them hold.</param>
    /// <param name="name">The property that is filled.</param>
    /// <param name="level">How deep it stands.</param>
    /// <param name="ordinal">Its place in an array, so that siblings differ.</param>
    private JsonNode? Make(IReadOnlyList<JsonElement> schemas, string name, int level, int ordinal)
    {
        if (level > DeepestLevel || ++_nodes > _mostNodes)
        {
            return null;
        }

        var schema = MergedSchema.Of(schemas, _root, options => Choose(options, level));
        if (schema.Keyword("const") is { } constant)
        {
            return JsonNode.Parse(constant.GetRawText());
        }

        if (schema.Keyword("enum") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0)
        {
            return FromEnum([.. choices.EnumerateArray()], name, ordinal);
        }

        return schema.Type switch
        {
            "object" => MakeObject(schema, level),
            "array" => MakeArray(schema, name, level),
            "integer" => NumberSample.Make(schema, _values, name, ordinal, isInteger: true),
            "number" => NumberSample.Make(schema, _values, name, ordinal, isInteger: false),
            "boolean" => MakeBoolean(schema, name),
            "null" => null,
            _ => StringSample.Make(schema, _values, name, ordinal),
        };
    }

    private JsonObject MakeObject(MergedSchema schema, int level)
    {
        var made = new JsonObject();
        foreach (var property in schema.Properties)
        {
            var isRequired = schema.Required.Contains(property);
            if (isRequired || (_fillOptional ? level < ShallowLevel : IsNamed(property, schema.SchemasOf(property), level)))
            {
                made[property] = Make(schema.SchemasOf(property), property, level + 1, 0);
            }
        }

        JsonElement[] further = schema.Keyword("additionalProperties") is { ValueKind: JsonValueKind.Object } additional ? [additional] : [];
        foreach (var undeclared in schema.Required.Where(r => !made.ContainsKey(r)).Order(StringComparer.Ordinal))
        {
            made[undeclared] = Make(further, undeclared, level + 1, 0);
        }

        for (var i = 1; made.Count < Bound(schema, "minProperties") && i <= MostNodes; i++)
        {
            var optional = schema.Properties.FirstOrDefault(p => !made.ContainsKey(p));
            made[optional ?? $"key{i}"] = Make(optional is null ? further : schema.SchemasOf(optional), optional ?? "", level + 1, i);
        }

        return made;
    }

    /// <summary>True when the prompt speaks of an optional argument.</summary>
    private bool IsNamed(string property, IReadOnlyList<JsonElement> schemas, int level)
    {
        var schema = MergedSchema.Of(schemas, _root, options => Choose(options, level));
        return _values.Named(property) is not null
            || (schema.Keyword("enum") is { ValueKind: JsonValueKind.Array } choices
                && choices.EnumerateArray().Any(c => c.ValueKind == JsonValueKind.String && _values.Mentions(c.GetString()!)));
    }

    private JsonArray MakeArray(MergedSchema schema, string name, int level)
    {
        JsonElement[] first = schema.Keyword("prefixItems") is { ValueKind: JsonValueKind.Array } prefix ? [.. prefix.EnumerateArray()] : [];
        JsonElement[] rest = schema.Keyword("items") switch
        {
            { ValueKind: JsonValueKind.Object } items => [items],
            _ => [],
        };
        var closed = schema.Keyword("items") is { ValueKind: JsonValueKind.False };
        var least = Bound(schema, "minItems");
        var most = closed ? first.Length : schema.Keyword("maxItems") is null ? int.MaxValue : Bound(schema, "maxItems");
        var natural = first.Length > 0 ? first.Length : level > ShallowLevel ? 0 : Available(rest, level);
        var count = Math.Clamp(natural, Math.Min(least, most), most);

        var made = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; made.Count < count && i < count + 16; i++)
        {
            JsonElement[] schemas = made.Count < first.Length ? [first[made.Count]] : rest;
            var item = Make(schemas, Singular(name), level + 1, i);
            if (!schema.IsTrue("uniqueItems") || seen.Add(JsonAnswer.Text(item)))
            {
                made.Add(item);
            }
        }

        return made;
    }

    /// <summary>As many items as the prompt has values for, at least one.</summary>
    private int Available(IReadOnlyList<JsonElement> items, int level)
    {
        var schema = MergedSchema.Of(items, _root, options => Choose(options, level));
        if (schema.Keyword("enum") is { ValueKind: JsonValueKind.Array } choices)
        {
            return Math.Max(1, choices.EnumerateArray().Count(c => c.ValueKind == JsonValueKind.String && _values.Mentions(c.GetString()!)));
        }

        var count = schema.Type switch
        {
            "string" when _values.Count(ValueKind.Quoted) is > 0 and var quoted => quoted,
            "string" => _values.Count(ValueKind.Name),
            "integer" or "number" => _values.Count(ValueKind.Number),
            _ => 1,
        };
        return Math.Clamp(count, 1, 20);
    }

    private JsonNode? FromEnum(JsonElement[] choices, string name, int ordinal)
    {
        var named = _values.Named(name) is { } value ? choices.FirstOrDefault(c => Text(c).Equals(value, StringComparison.OrdinalIgnoreCase)) : default;
        if (named.ValueKind != JsonValueKind.Undefined)
        {
            return JsonNode.Parse(named.GetRawText());
        }

        var mentioned = choices.Where(c => _values.Mentions(Text(c))).ToArray();
        var from = mentioned.Length > ordinal ? mentioned : choices;
        return JsonNode.Parse(from[ordinal % from.Length].GetRawText());

        static string Text(JsonElement choice) => choice.ValueKind == JsonValueKind.String ? choice.GetString()! : choice.GetRawText();
    }

    private JsonValue MakeBoolean(MergedSchema schema, string name)
    {
        return JsonValue.Create((name.Length > 0 ? _values.Named(name)?.ToLowerInvariant() : null) switch
        {
            "true" or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => schema.Keyword("default") is not { ValueKind: JsonValueKind.False },
        });
    }

    /// <summary>The alternative that the prompt speaks of by a constant, else the first that is worth something; deep down, the plainest.</summary>
    private JsonElement Choose(IReadOnlyList<JsonElement> options, int level)
    {
        var usable = options.Where(o => o.ValueKind == JsonValueKind.Object).ToArray();
        if (usable.Length == 0)
        {
            return options[0];
        }

        return level >= ShallowLevel
            ? usable.MinBy(Weight)
            : usable.FirstOrDefault(o => Constants(o).Any(_values.Mentions)) is { ValueKind: JsonValueKind.Object } spoken ? spoken
            : usable.FirstOrDefault(o => !IsNull(o)) is { ValueKind: JsonValueKind.Object } first ? first : usable[0];
    }

    private static IEnumerable<string> Constants(JsonElement option) =>
        option.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object && p.Value.TryGetProperty("const", out var c) && c.ValueKind == JsonValueKind.String)
                .Select(p => p.Value.GetProperty("const").GetString()!)
            : option.TryGetProperty("const", out var constant) && constant.ValueKind == JsonValueKind.String ? [constant.GetString()!] : [];

    private static bool IsNull(JsonElement option) => option.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() is "null" or "NULL";

    private static int Weight(JsonElement option) => IsNull(option) ? 0
        : option.TryGetProperty("const", out _) || option.TryGetProperty("enum", out _) ? 1
        : option.TryGetProperty("properties", out _) ? 3
        : option.TryGetProperty("$ref", out _) || option.TryGetProperty("anyOf", out _) || option.TryGetProperty("oneOf", out _) || option.TryGetProperty("allOf", out _) ? 4
        : 2;

    private static int Bound(MergedSchema schema, string keyword) => schema.Number(keyword) is { } number ? (int)Math.Clamp(Math.Floor(number), 0, MostNodes) : 0;

    private static string Singular(string name) => name is [.., 's' or 'S'] and { Length: > 2 } ? name[..^1] : name;
}
