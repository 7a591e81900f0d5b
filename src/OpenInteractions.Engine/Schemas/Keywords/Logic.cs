namespace OpenInteractions.Engine.Schemas.Keywords;

internal sealed class AllOfKeyword(IReadOnlyList<SchemaNode> schemas) : Keyword("allOf")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var holds = true;
        foreach (var schema in schemas)
        {
            holds &= run.Apply(schema, value, place, seen, Name);
            if (!holds && run.IsSilent)
            {
                break;
            }
        }

        return holds;
    }
}

internal sealed class AnyOfKeyword(IReadOnlyList<SchemaNode> schemas) : Keyword("anyOf")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var holds = false;
        foreach (var schema in schemas)
        {
            holds |= run.Fits(schema, value, place, seen);
            if (holds && seen is null)
            {
                break; // the others matter only for what they look at
            }
        }

        return holds || run.Fail(place, Name, "must fit one of the alternatives");
    }
}

internal sealed class OneOfKeyword(IReadOnlyList<SchemaNode> schemas) : Keyword("oneOf")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var fitting = 0;
        foreach (var schema in schemas)
        {
            fitting += run.Fits(schema, value, place, seen) ? 1 : 0;
        }

        return fitting == 1 || run.Fail(place, Name, fitting == 0 ? "must fit one of the alternatives" : $"must fit one of the alternatives only, and fits {fitting}");
    }
}

internal sealed class NotKeyword(SchemaNode schema) : Keyword("not")
{
    // What is looked at in order to be refused is not evaluated.
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        !run.Fits(schema, value, place, seen: null) || run.Fail(place, Name, "must not fit what 'not' describes");
}

internal sealed class IfKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword("if")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        run.Fits(condition, value, place, seen)
            ? then is null || run.Apply(then, value, place, seen, "then")
            : otherwise is null || run.Apply(otherwise, value, place, seen, "else");
}
