namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>A keyword that says something about objects only.</summary>
internal abstract class ObjectKeyword(string name) : Keyword(name)
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        value.ValueKind != JsonValueKind.Object || Holds(value, run, place, seen);

    protected abstract bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen);
}

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>: which of them a member falls under is one question.</summary>
internal sealed class MembersKeyword(IReadOnlyDictionary<string, SchemaNode> declared, IReadOnlyList<(SchemaPattern Pattern, SchemaNode Schema)> patterns, SchemaNode? others)
    : ObjectKeyword("properties")
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var holds = true;
        foreach (var member in members.EnumerateObject())
        {
            run.Spend(1);
            holds &= IsRight(member.Name, member.Value, run, place, seen);
            if (!holds && run.IsSilent)
            {
                break;
            }
        }

        return holds;
    }

    private bool IsRight(string name, JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var (holds, isKnown) = (true, false);
        if (declared.TryGetValue(name, out var schema))
        {
            isKnown = true;
            holds &= run.ApplyBelow(schema, value, place.Member(name, isDeclared: true), Name);
        }

        foreach (var (pattern, ofPattern) in patterns)
        {
            if (run.Matches(pattern, name))
            {
                holds &= run.ApplyBelow(ofPattern, value, place.Member(name, isKnown), "patternProperties");
                isKnown = true;
            }
        }

        if (!isKnown && others is not null)
        {
            isKnown = true;
            holds &= run.ApplyBelow(others, value, place.Member(name, isDeclared: false), "additionalProperties");
        }

        if (isKnown)
        {
            seen?.Add(name);
        }

        return holds;
    }
}

internal sealed class PropertyNamesKeyword(SchemaNode schema) : ObjectKeyword("propertyNames")
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        foreach (var member in members.EnumerateObject())
        {
            run.Spend(1);
            var below = place.Member(member.Name, isDeclared: false);
            if (!run.Fits(schema, JsonElement.Parse($"\"{JsonEncodedText.Encode(member.Name)}\""), below, seen: null))
            {
                return run.Fail(below, Name, "must not be there: the schema does not allow the name");
            }
        }

        return true;
    }
}

internal sealed class MemberCountKeyword(string name, int bound, bool isLeast) : ObjectKeyword(name)
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var names = members.EnumerateObject().Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        return (isLeast ? names.Count >= bound : names.Count <= bound) || run.Fail(place, Name, $"must have at {(isLeast ? "least" : "most")} {bound} members");
    }
}

internal sealed class RequiredKeyword(IReadOnlyList<string> names) : ObjectKeyword("required")
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        RequiredMembers.AreThere(names, members, run, place, Name);
}

internal sealed class DependentRequiredKeyword(IReadOnlyList<(string Name, IReadOnlyList<string> Needs)> rules) : ObjectKeyword("dependentRequired")
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var holds = true;
        foreach (var (name, needs) in rules)
        {
            run.Spend(1);
            holds &= !members.TryGetProperty(name, out _) || RequiredMembers.AreThere(needs, members, run, place, Name);
        }

        return holds;
    }
}

internal sealed class DependentSchemasKeyword(IReadOnlyList<(string Name, SchemaNode Schema)> rules) : ObjectKeyword("dependentSchemas")
{
    protected override bool Holds(JsonElement members, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var holds = true;
        foreach (var (name, schema) in rules)
        {
            holds &= !members.TryGetProperty(name, out _) || run.Apply(schema, members, place, seen, Name);
        }

        return holds;
    }
}

internal static class RequiredMembers
{
    public static bool AreThere(IReadOnlyList<string> names, JsonElement members, Evaluation run, InstancePlace place, string keyword)
    {
        var holds = true;
        foreach (var name in names)
        {
            run.Spend(1);
            holds &= members.TryGetProperty(name, out _) || run.Fail(place, keyword, $"must have '{name}'");
        }

        return holds;
    }
}
