using System.Runtime.InteropServices;
using OpenInteractions.Engine.Schemas.Keywords;

namespace OpenInteractions.Engine.Schemas;

/// <summary>Makes nodes of subschemas, each once, so that those that refer to each other meet.</summary>
internal sealed partial class SchemaCompiler(SchemaIndex index)
{
    // What keeping a schema costs in bytes, about and rather too much: a subschema with its keywords, and a character with all that is made of it (its names, its elements).
    private const int NodeBytes = 400;
    private const int CharacterBytes = 24;
    private const int ValueBytes = 64;

    private readonly Dictionary<SchemaPlace, SchemaNode> _nodes = [];
    private readonly Queue<(SchemaLocation At, SchemaNode Node)> _open = [];
    private readonly Dictionary<string, SchemaPattern> _patterns = new(StringComparer.Ordinal);
    private readonly HashSet<SchemaPlace> _ending = [];
    private readonly Dictionary<string, IReadOnlyDictionary<SchemaResource, SchemaNode>> _dynamic = new(StringComparer.Ordinal);
    private int _patternText;
    private long _kept;

    /// <summary>True when a keyword asks what the others have looked at.</summary>
    public bool HasUnevaluated { get; private set; }

    /// <summary>About how many bytes are held by what was made.</summary>
    public long Bytes => ((long)NodeBytes * _nodes.Count) + (ValueBytes * _kept) + _patterns.Values.Sum(p => 2L * p.Kept) + ((long)CharacterBytes * JsonMarshal.GetRawUtf8Value(index.Root.Root!.Element).Length);

    /// <summary>Makes all nodes. References may lead through all of them in a row, so that no stack would be deep enough: what is found is put in a line.</summary>
    public SchemaNode CompileRoot()
    {
        var root = Node(index.Root.Root!);
        while (_open.TryDequeue(out var next))
        {
            var keywords = Keywords(next.At).ToList();
            next.Node.Keywords = [.. keywords.Where(k => k is not Unevaluated), .. keywords.Where(k => k is Unevaluated)];
            HasUnevaluated |= keywords.Exists(k => k is Unevaluated);
        }

        return root;
    }

    private SchemaNode Node(SchemaLocation at)
    {
        if (_nodes.TryGetValue(at.Place, out var known))
        {
            return known;
        }

        // References may lead to where nobody looked for subschemas, so that these are counted here too.
        SchemaBounds.RequireNodes(_nodes.Count + 1);
        var node = _nodes[at.Place] = new SchemaNode(at.Resource) { IsNever = at.Element.ValueKind == JsonValueKind.False };
        switch (at.Element.ValueKind)
        {
            case JsonValueKind.Object:
                _open.Enqueue((at, node));
                return node;
            case JsonValueKind.True or JsonValueKind.False:
                return node;
            default: // older drafts have lists in 'items'
                throw new JsonSchemaException(at.Place.Pointer, "must be a schema: an object, true or false", isBeyondUs: at.Element.ValueKind == JsonValueKind.Array);
        }
    }

    private SchemaNode Below(SchemaLocation at, string name, JsonElement element) => Below(at.Place, name, element, at.Resource);

    private SchemaNode Below(SchemaPlace parent, string name, JsonElement element, SchemaResource resource)
    {
        var place = index.At(parent, name);
        return Node(new SchemaLocation(place, element, index.ResourceAt(place, resource)));
    }

    private SchemaNode? BelowIfThere(SchemaLocation at, string keyword) => at.Element.TryGetProperty(keyword, out var element) ? Below(at, keyword, element) : null;

    private List<SchemaNode> List(SchemaLocation at, string keyword, JsonElement list)
    {
        Require(list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0, at, keyword, "a list of schemas");
        var within = index.At(at.Place, keyword);
        return [.. list.EnumerateArray().Select((s, i) => Below(within, i.ToString(System.Globalization.CultureInfo.InvariantCulture), s, at.Resource))];
    }

    private IEnumerable<(string Name, SchemaNode Schema)> Map(SchemaLocation at, string keyword)
    {
        if (!at.Element.TryGetProperty(keyword, out var map))
        {
            return [];
        }

        Require(map.ValueKind == JsonValueKind.Object, at, keyword, "an object with a schema for each name");
        var within = index.At(at.Place, keyword);
        return map.EnumerateObject().Select(s => (s.Name, Below(within, s.Name, s.Value, at.Resource)));
    }

    private SchemaPattern Pattern(string pattern, SchemaPlace place)
    {
        if (_patterns.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (pattern.Length > SchemaBounds.MaxPattern)
        {
            throw new JsonSchemaException(place.Pointer, $"has a regular expression of more than {SchemaBounds.MaxPattern} characters");
        }

        if (_patterns.Count >= SchemaBounds.MaxPatterns || (_patternText += pattern.Length) > SchemaBounds.MaxPatternText)
        {
            throw new JsonSchemaException(place.Pointer, $"is one regular expression too many: a schema may have {SchemaBounds.MaxPatterns}, of {SchemaBounds.MaxPatternText} characters altogether");
        }

        return _patterns[pattern] = EcmaPattern.Read(pattern) ?? throw (PatternSyntax.Fault(pattern) is { } fault
            ? new JsonSchemaException(place.Pointer, $"has a regular expression that {fault}")
            : new JsonSchemaException(place.Pointer, "has a regular expression that cannot be read", isBeyondUs: true));
    }

    /// <summary>Reads numbers of a keyword, whose length is bounded.</summary>
    private static T Bounded<T>(SchemaLocation at, string keyword, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SchemaBoundException)
        {
            throw new JsonSchemaException(at.Place.Below(keyword).Pointer, $"has a number of more than {SchemaBounds.MaxNumber} characters");
        }
    }

    private static void Require(bool holds, SchemaLocation at, string keyword, string right)
    {
        if (!holds)
        {
            throw new JsonSchemaException(at.Place.Below(keyword).Pointer, $"must be {right}", isBeyondUs: at.Element.TryGetProperty(keyword, out var value) && IsOfAnotherDialect(keyword, value));
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
