using OpenInteractions.Engine.Schemas.Keywords;

namespace OpenInteractions.Engine.Schemas;

// What each keyword of a subschema becomes. Unknown ones say nothing, as the specification has it.
internal sealed partial class SchemaCompiler
{
    private const string TypeNames = "one or more of null, boolean, object, array, number, integer, string";

    private IEnumerable<Keyword> Keywords(SchemaLocation at)
    {
        // The last of a repeated name counts, as everywhere; and thousands of them cost no more than one.
        var written = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var keyword in at.Element.EnumerateObject())
        {
            written[keyword.Name] = keyword.Value;
        }

        var hasMembers = false;
        foreach (var (name, value) in written)
        {
            if (name is "properties" or "patternProperties" or "additionalProperties")
            {
                if (!hasMembers)
                {
                    yield return Members(at);
                }

                hasMembers = true;
            }
            else if ((Assertion(at, name, value) ?? Applicator(at, name, value)) is { } keyword)
            {
                yield return keyword;
            }
        }
    }

    private Keyword? Assertion(SchemaLocation at, string name, JsonElement value)
    {
        switch (name)
        {
            case "type":
                return new TypeKeyword(Types(at, value));
            case "enum":
                Require(value.ValueKind == JsonValueKind.Array, at, name, "a list of values");
                _kept += value.GetArrayLength();
                return Bounded(at, name, () => new EnumKeyword(value.EnumerateArray()));
            case "const":
                Bounded(at, name, () => JsonEquality.Instance.GetHashCode(value)); // it can be compared
                return new ConstKeyword(value);
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum":
                Require(value.ValueKind == JsonValueKind.Number, at, name, "a number");
                return Bounded(at, name, () => NumberKeyword.Of(name, value));
            case "multipleOf":
                Require(value.ValueKind == JsonValueKind.Number && Bounded(at, name, () => ExactNumber.Of(value)).Mantissa.Sign > 0, at, name, "a number above 0");
                return NumberKeyword.Of(name, value);
            case "minLength" or "maxLength":
                return new LengthKeyword(name, Count(at, name, value), name == "minLength");
            case "minItems" or "maxItems":
                return new ItemCountKeyword(name, Count(at, name, value), name == "minItems");
            case "minProperties" or "maxProperties":
                return new MemberCountKeyword(name, Count(at, name, value), name == "minProperties");
            case "pattern":
                Require(value.ValueKind == JsonValueKind.String, at, name, "a regular expression");
                return new PatternKeyword(Pattern(value.GetString()!, at.Place.Below(name)));
            case "format":
                return value.ValueKind == JsonValueKind.String && Formats.Of(value.GetString()!) is { } holds ? new FormatKeyword(value.GetString()!, holds) : null;
            case "uniqueItems":
                Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False, at, name, "true or false");
                return value.ValueKind == JsonValueKind.True ? new UniqueItemsKeyword() : null;
            case "required":
                return new RequiredKeyword(Names(at, name, value));
            case "dependentRequired":
                Require(value.ValueKind == JsonValueKind.Object, at, name, "an object with a list of names for each name");
                return new DependentRequiredKeyword([.. value.EnumerateObject().Select(d => (d.Name, Names(at, name, d.Value)))]);
            default:
                return null;
        }
    }

    private Keyword? Applicator(SchemaLocation at, string name, JsonElement value) => name switch
    {
        "$ref" => new RefKeyword(Node(Target(at, name, value))),
        "$dynamicRef" => DynamicRef(at, name, value),
        "allOf" => new AllOfKeyword(List(at, name, value)),
        "anyOf" => new AnyOfKeyword(List(at, name, value)),
        "oneOf" => new OneOfKeyword(List(at, name, value)),
        "not" => new NotKeyword(Below(at, name, value)),
        "if" => new IfKeyword(Below(at, name, value), BelowIfThere(at, "then"), BelowIfThere(at, "else")),
        "prefixItems" => new PrefixItemsKeyword(List(at, name, value)),
        "items" => new ItemsKeyword(Below(at, name, value), at.Element.TryGetProperty("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array ? prefix.GetArrayLength() : 0),
        "contains" => new ContainsKeyword(Below(at, name, value), CountOf(at, "minContains", 1), CountOf(at, "maxContains", int.MaxValue)),
        "propertyNames" => new PropertyNamesKeyword(Below(at, name, value)),
        "dependentSchemas" => new DependentSchemasKeyword([.. Map(at, name)]),
        "unevaluatedProperties" => new UnevaluatedPropertiesKeyword(Below(at, name, value)),
        "unevaluatedItems" => new UnevaluatedItemsKeyword(Below(at, name, value)),
        _ => null,
    };

    private MembersKeyword Members(SchemaLocation at)
    {
        var declared = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var (name, schema) in Map(at, "properties"))
        {
            declared[name] = schema;
        }

        return new MembersKeyword(declared, [.. Map(at, "patternProperties").Select(p => (Pattern(p.Name, at.Place.Below("patternProperties").Below(p.Name)), p.Schema))], BelowIfThere(at, "additionalProperties"));
    }

    private SchemaLocation Target(SchemaLocation at, string name, JsonElement value)
    {
        Require(value.ValueKind == JsonValueKind.String, at, name, "a reference");
        var target = index.Find(value.GetString()!, at with { Place = at.Place.Below(name) });
        RequireEnd(at, name, target);
        return target;
    }

    /// <summary>References that lead from one to the next and back describe nothing. Those that come by a member or an item on their way do.</summary>
    private void RequireEnd(SchemaLocation at, string name, SchemaLocation target)
    {
        var passed = new HashSet<SchemaPlace> { at.Place };
        while (passed.Add(target.Place))
        {
            if (_ending.Contains(target.Place) || target.Element.ValueKind != JsonValueKind.Object || !target.Element.TryGetProperty("$ref", out var next) || next.ValueKind != JsonValueKind.String)
            {
                if (name != "$ref")
                {
                    passed.Remove(at.Place); // what its own '$ref' leads to is still to be seen
                }

                _ending.UnionWith(passed); // so that each is looked at once, however many lead to it
                return;
            }

            target = index.Find(next.GetString()!, target with { Place = target.Place.Below("$ref") });
        }

        throw new JsonSchemaException(at.Place.Below(name).Pointer, "refers to itself without an end");
    }

    /// <summary>A reference that leads to no dynamic anchor is an ordinary one.</summary>
    private Keyword DynamicRef(SchemaLocation at, string name, JsonElement value)
    {
        var target = Target(at, name, value);
        var reference = value.GetString()!;
        var anchor = Uri.UnescapeDataString(reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..]);
        if (!target.Resource.DynamicAnchors.TryGetValue(anchor, out var anchored) || anchored.Place != target.Place)
        {
            return new RefKeyword(Node(target));
        }

        if (!_dynamic.TryGetValue(anchor, out var targets))
        {
            _dynamic[anchor] = targets = index.Resources.Where(r => r.DynamicAnchors.ContainsKey(anchor)).ToDictionary(r => r, r => Node(r.DynamicAnchors[anchor]));
        }

        return new DynamicRefKeyword(Node(target), targets);
    }

    /// <summary>Google's own schemas write types in capitals, and clients copy them from there.</summary>
    private static ValueTypes Types(SchemaLocation at, JsonElement value)
    {
        var types = ValueTypes.None;
        foreach (var type in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            var known = type.ValueKind == JsonValueKind.String && Enum.TryParse<ValueTypes>(type.GetString(), ignoreCase: true, out var named) && Enum.IsDefined(named) && !char.IsDigit(type.GetString()![0])
                ? named
                : ValueTypes.None;
            Require(known != ValueTypes.None, at, "type", TypeNames);
            types |= known;
        }

        Require(types != ValueTypes.None, at, "type", TypeNames);

        return at.Element.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True ? types | ValueTypes.Null : types;
    }

    private static int CountOf(SchemaLocation at, string keyword, int absent) => at.Element.TryGetProperty(keyword, out var value) ? Count(at, keyword, value) : absent;

    private static int Count(SchemaLocation at, string keyword, JsonElement value)
    {
        Require(value.ValueKind == JsonValueKind.Number && Bounded(at, keyword, () => ExactNumber.Of(value)) is { IsInteger: true, Mantissa.Sign: >= 0 }, at, keyword, "a whole number, at least 0");
        return value.TryGetDouble(out var count) && count < int.MaxValue ? (int)count : int.MaxValue;
    }

    private static IReadOnlyList<string> Names(SchemaLocation at, string keyword, JsonElement value)
    {
        Require(value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(n => n.ValueKind == JsonValueKind.String), at, keyword, "a list of names");
        return [.. value.EnumerateArray().Select(n => n.GetString()!)];
    }
}
