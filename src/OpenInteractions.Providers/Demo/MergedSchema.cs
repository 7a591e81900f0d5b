using System.Text.Json;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// Schemas that hold at once, as one: references followed, <c>allOf</c> joined, one branch of <c>anyOf</c> and <c>oneOf</c> chosen.
/// </summary>
internal sealed class MergedSchema
{
    private const int MostReferences = 32;

    private readonly JsonElement _root;
    private readonly Func<IReadOnlyList<JsonElement>, JsonElement> _choose;
    private readonly Dictionary<string, JsonElement> _keywords = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonElement>> _properties = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly HashSet<string> _required = new(StringComparer.Ordinal);

    // What was followed once says nothing new the second time; without this, references to references would be followed exponentially often.
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);
    private HashSet<string>? _types;

    private MergedSchema(JsonElement root, Func<IReadOnlyList<JsonElement>, JsonElement> choose) => (_root, _choose) = (root, choose);

    /// <summary>Names of the properties, in the order in which the schema has them.</summary>
    public IReadOnlyList<string> Properties => _order;

    public IReadOnlySet<string> Required => _required;

    /// <summary>Joins the schemas.</summary>
    /// <param name="schemas">All of them hold.</param>
    /// <param name="root">Where references begin.</param>
    /// <param name="choose">Picks one of several alternatives.</param>
    public static MergedSchema Of(IReadOnlyList<JsonElement> schemas, JsonElement root, Func<IReadOnlyList<JsonElement>, JsonElement> choose)
    {
        var merged = new MergedSchema(root, choose);
        foreach (var schema in schemas)
        {
            merged.Add(schema, MostReferences);
        }

        return merged;
    }

    public IReadOnlyList<JsonElement> SchemasOf(string property) => _properties.TryGetValue(property, out var schemas) ? schemas : [];

    public JsonElement? Keyword(string name) => _keywords.TryGetValue(name, out var value) ? value : null;

    public string? Text(string keyword) => Keyword(keyword) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public decimal? Number(string keyword) => Keyword(keyword) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var number) ? number : null;

    public bool IsTrue(string keyword) => Keyword(keyword) is { ValueKind: JsonValueKind.True };

    /// <summary>The type to make: the first that is declared and is not null, or the one that the keywords speak of.</summary>
    public string Type
    {
        get
        {
            if (_types is { Count: > 0 })
            {
                return _types.FirstOrDefault(t => t != "null") ?? "null";
            }

            return _order.Count > 0 || _required.Count > 0 || _keywords.ContainsKey("additionalProperties") || _keywords.ContainsKey("minProperties") ? "object"
                : _keywords.ContainsKey("items") || _keywords.ContainsKey("prefixItems") || _keywords.ContainsKey("minItems") ? "array"
                : _keywords.ContainsKey("minimum") || _keywords.ContainsKey("maximum") || _keywords.ContainsKey("multipleOf")
                    || _keywords.ContainsKey("exclusiveMinimum") || _keywords.ContainsKey("exclusiveMaximum") ? "number"
                : "string";
        }
    }

    /// <summary>True when null fits.</summary>
    public bool IsNullable => _types?.Contains("null") is true || IsTrue("nullable");

    private void Add(JsonElement schema, int references)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return; // true allows everything; false cannot be met, whatever is made
        }

        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case "$ref" when references > 0 && member.Value.ValueKind == JsonValueKind.String && Follow(member.Value.GetString()!) is { } target:
                    Add(target, references - 1);
                    break;
                case "allOf" when member.Value.ValueKind == JsonValueKind.Array:
                    foreach (var part in member.Value.EnumerateArray())
                    {
                        Add(part, references - 1);
                    }

                    break;
                case "anyOf" or "oneOf" when references > 0 && member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0:
                    Add(_choose([.. member.Value.EnumerateArray()]), references - 1);
                    break;
                case "properties" when member.Value.ValueKind == JsonValueKind.Object:
                    AddProperties(member.Value);
                    break;
                case "required" when member.Value.ValueKind == JsonValueKind.Array:
                    _required.UnionWith(member.Value.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.String).Select(r => r.GetString()!));
                    break;
                case "type":
                    AddTypes(member.Value);
                    break;
                default:
                    AddKeyword(member.Name, member.Value);
                    break;
            }
        }
    }

    private void AddProperties(JsonElement properties)
    {
        foreach (var property in properties.EnumerateObject())
        {
            if (!_properties.TryGetValue(property.Name, out var schemas))
            {
                _properties.Add(property.Name, schemas = []);
                _order.Add(property.Name);
            }

            schemas.Add(property.Value);
        }
    }

    private void AddTypes(JsonElement type)
    {
        // Gemini's own dialect writes types in capitals.
        HashSet<string> types = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!.ToLowerInvariant()],
            JsonValueKind.Array => [.. type.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!.ToLowerInvariant())],
            _ => [],
        };
        if (_types is null)
        {
            _types = types;
        }
        else if (_types.Contains("number") && types.Contains("integer"))
        {
            _types = types; // the narrower one
        }
        else if (!(_types.Contains("integer") && types.Contains("number")))
        {
            _types.IntersectWith(types);
        }
    }

    private void AddKeyword(string name, JsonElement value)
    {
        var takesHigher = name is "minimum" or "exclusiveMinimum" or "minLength" or "minItems" or "minProperties";
        var takesLower = name is "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" or "maxProperties";
        if (_keywords.TryGetValue(name, out var present) && (takesHigher || takesLower)
            && present.ValueKind == JsonValueKind.Number && value.ValueKind == JsonValueKind.Number)
        {
            if (takesHigher ? value.GetDouble() > present.GetDouble() : value.GetDouble() < present.GetDouble())
            {
                _keywords[name] = value;
            }
        }
        else if (name is not ("$defs" or "definitions" or "description" or "title"))
        {
            _keywords.TryAdd(name, value);
        }
    }

    // What a reference leads to, the first time that it does.
    private JsonElement? Follow(string reference)
    {
        if (reference is not ['#', ..])
        {
            return null; // another document: nothing is fetched here
        }

        var parts = reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!_followed.Add(string.Join('/', parts)))
        {
            return null;
        }

        var at = _root;
        foreach (var part in parts)
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
