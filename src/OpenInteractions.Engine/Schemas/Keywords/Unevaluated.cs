namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>Applies to what no other keyword of the subschema, nor those that it refers to, have looked at.</summary>
internal abstract class Unevaluated(string name) : Keyword(name);

internal sealed class UnevaluatedPropertiesKeyword(SchemaNode schema) : Unevaluated("unevaluatedProperties")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var holds = true;
        foreach (var member in value.EnumerateObject())
        {
            run.Spend(1);
            holds &= seen!.Has(member.Name) || run.ApplyBelow(schema, member.Value, place.Member(member.Name, isDeclared: false), Name);
            if (!holds && run.IsSilent)
            {
                return false;
            }
        }

        seen!.AddAllMembers();
        return holds;
    }
}

internal sealed class UnevaluatedItemsKeyword(SchemaNode schema) : Unevaluated("unevaluatedItems")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var (holds, index) = (true, -1);
        foreach (var item in value.EnumerateArray())
        {
            run.Spend(1);
            holds &= seen!.Has(++index) || run.ApplyBelow(schema, item, place.Item(index), Name);
            if (!holds && run.IsSilent)
            {
                return false;
            }
        }

        seen!.AddAllItems();
        return holds;
    }
}
