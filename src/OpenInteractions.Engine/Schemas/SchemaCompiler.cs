using System.Text.RegularExpressions;
using OpenInteractions.Engine.Schemas.Keywords;

namespace OpenInteractions.Engine.Schemas;

/// <summary>Makes nodes of subschemas, each once, so that those that refer to each other meet.</summary>
internal sealed partial class SchemaCompiler(SchemaIndex index)
{
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Regex> _patterns = new(StringComparer.Ordinal);

    /// <summary>True when a keyword asks what the others have looked at.</summary>
    public bool HasUnevaluated { get; private set; }

    public SchemaNode CompileRoot() => Node(index.Root.Root!);

    private SchemaNode Node(SchemaLocation at)
    {
        if (_nodes.TryGetValue(at.Pointer, out var known))
        {
            return known;
        }

        var node = new SchemaNode(at.Resource) { IsNever = at.Element.ValueKind == JsonValueKind.False };
        _nodes[at.Pointer] = node;
        switch (at.Element.ValueKind)
        {
            case JsonValueKind.Object:
                var keywords = Keywords(at).ToList();
                node.Keywords = [.. keywords.Where(k => k is not Unevaluated), .. keywords.Where(k => k is Unevaluated)];
                HasUnevaluated |= node.Keywords.Any(k => k is Unevaluated);
                return node;
            case JsonValueKind.True or JsonValueKind.False:
                return node;
            default: // older drafts have lists in 'items'
                throw new JsonSchemaException(at.Pointer, "must be a schema: an object, true or false", isBeyondUs: at.Element.ValueKind == JsonValueKind.Array);
        }
    }

    private SchemaNode Below(SchemaLocation at, string keyword, JsonElement element)
    {
        var pointer = SchemaIndex.Below(at.Pointer, keyword);
        return Node(new SchemaLocation(pointer, element, index.ResourceAt(pointer, at.Resource)));
    }

    private SchemaNode? BelowIfThere(SchemaLocation at, string keyword) => at.Element.TryGetProperty(keyword, out var element) ? Below(at, keyword, element) : null;

    private List<SchemaNode> List(SchemaLocation at, string keyword, JsonElement list)
    {
        Require(list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0, at, keyword, "a list of schemas");
        var within = at with { Pointer = SchemaIndex.Below(at.Pointer, keyword) };
        return [.. list.EnumerateArray().Select((s, i) => Below(within, i.ToString(System.Globalization.CultureInfo.InvariantCulture), s))];
    }

    private IEnumerable<(string Name, SchemaNode Schema)> Map(SchemaLocation at, string keyword)
    {
        if (!at.Element.TryGetProperty(keyword, out var map))
        {
            return [];
        }

        Require(map.ValueKind == JsonValueKind.Object, at, keyword, "an object with a schema for each name");
        var within = at with { Pointer = SchemaIndex.Below(at.Pointer, keyword) };
        return map.EnumerateObject().Select(s => (s.Name, Below(within, s.Name, s.Value)));
    }

    private Regex Pattern(SchemaLocation at, string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out var compiled))
        {
            compiled = _patterns[pattern] = EcmaPattern.Compile(pattern) ?? throw new JsonSchemaException(at.Pointer, "has a regular expression that cannot be read", isBeyondUs: true);
        }

        return compiled;
    }

    private static void Require(bool holds, SchemaLocation at, string keyword, string right)
    {
        if (!holds)
        {
            throw new JsonSchemaException(SchemaIndex.Below(at.Pointer, keyword), $"must be {right}", isBeyondUs: at.Element.TryGetProperty(keyword, out var value) && IsOfAnotherDialect(keyword, value));
        }
    }

    /// <summary>OpenAPI and drafts before 6 have true and false where later ones have numbers and lists; Google's schemas have numbers as text.</summary>
    private static bool IsOfAnotherDialect(string keyword, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => keyword is "exclusiveMinimum" or "exclusiveMaximum" or "required",
        JsonValueKind.String => (keyword.StartsWith("min", StringComparison.Ordinal) || keyword.StartsWith("max", StringComparison.Ordinal) || keyword == "multipleOf")
            && decimal.TryParse(value.GetString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _),
        _ => false,
    };
}
