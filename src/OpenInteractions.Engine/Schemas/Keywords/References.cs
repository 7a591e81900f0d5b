namespace OpenInteractions.Engine.Schemas.Keywords;

internal sealed class RefKeyword(SchemaNode target) : Keyword("$ref")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) => run.Apply(target, value, place, seen, Name);
}

/// <summary>Goes to the outermost of the resources that lead here which has the anchor: a schema can so be extended from outside.</summary>
/// <param name="target">Where the reference leads without that.</param>
/// <param name="targets">The nodes of the dynamic anchors of this name, by resource.</param>
internal sealed class DynamicRefKeyword(SchemaNode target, IReadOnlyDictionary<SchemaResource, SchemaNode> targets) : Keyword("$dynamicRef")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        foreach (var node in run.Scope)
        {
            if (targets.TryGetValue(node.Resource, out var outermost))
            {
                return run.Apply(outermost, value, place, seen, Name);
            }
        }

        return run.Apply(target, value, place, seen, Name);
    }
}
