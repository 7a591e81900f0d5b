namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>A keyword that says something about arrays only.</summary>
internal abstract class ArrayKeyword(string name) : Keyword(name)
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        value.ValueKind != JsonValueKind.Array || Holds(value, run, place, seen);

    protected abstract bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen);
}

internal sealed class ItemCountKeyword(string name, int bound, bool isLeast) : ArrayKeyword(name)
{
    protected override bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        (isLeast ? array.GetArrayLength() >= bound : array.GetArrayLength() <= bound)
        || run.Fail(place, Name, $"must have at {(isLeast ? "least" : "most")} {bound} items");
}

internal sealed class PrefixItemsKeyword(IReadOnlyList<SchemaNode> schemas) : ArrayKeyword("prefixItems")
{
    protected override bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var (holds, index) = (true, 0);
        foreach (var item in array.EnumerateArray().Take(schemas.Count))
        {
            seen?.Add(index);
            holds &= run.ApplyBelow(schemas[index], item, place.Item(index++), Name);
            if (!holds && run.IsSilent)
            {
                break;
            }
        }

        return holds;
    }
}

/// <summary>The items behind those of <c>prefixItems</c>.</summary>
internal sealed class ItemsKeyword(SchemaNode schema, int first) : ArrayKeyword("items")
{
    protected override bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var (holds, index) = (true, -1);
        foreach (var item in array.EnumerateArray())
        {
            if (++index < first)
            {
                continue;
            }

            run.Spend(1);
            holds &= run.ApplyBelow(schema, item, place.Item(index), Name);
            if (!holds && run.IsSilent)
            {
                return false;
            }
        }

        seen?.AddAllItems();
        return holds;
    }
}

/// <summary><c>contains</c> with its <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(SchemaNode schema, int least, int most) : ArrayKeyword("contains")
{
    protected override bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        var (count, index) = (0, 0);
        foreach (var item in array.EnumerateArray())
        {
            run.Spend(1);
            if (run.Fits(schema, item, place.Item(index), seen: null))
            {
                count++;
                seen?.Add(index);
            }

            index++;
        }

        return count < least
            ? run.Fail(place, least == 1 ? Name : "minContains", $"must have at least {least} items of the kind that 'contains' asks for")
            : count <= most || run.Fail(place, "maxContains", $"must have at most {most} items of the kind that 'contains' asks for");
    }
}

internal sealed class UniqueItemsKeyword() : ArrayKeyword("uniqueItems")
{
    protected override bool Holds(JsonElement array, Evaluation run, InstancePlace place, EvaluatedParts? seen)
    {
        run.Spend(array.GetArrayLength());
        var items = new HashSet<JsonElement>(JsonEquality.Instance);
        return array.EnumerateArray().All(items.Add) || run.Fail(place, Name, "must not have the same item twice");
    }
}
