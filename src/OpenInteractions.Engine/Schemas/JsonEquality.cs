namespace OpenInteractions.Engine.Schemas;

/// <summary>Equality as JSON Schema has it: numbers by their value, members in any order.</summary>
internal sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    public static readonly JsonEquality Instance = new();

    public bool Equals(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind)
        {
            return false;
        }

        switch (x.ValueKind)
        {
            case JsonValueKind.String:
                return x.ValueEquals(y.GetString());
            case JsonValueKind.Number:
                return ExactNumber.Of(x) == ExactNumber.Of(y);
            case JsonValueKind.Array:
                return x.GetArrayLength() == y.GetArrayLength() && x.EnumerateArray().SequenceEqual(y.EnumerateArray(), this);
            case JsonValueKind.Object:
                var (mine, others) = (Members(x), Members(y));
                return mine.Count == others.Count && mine.All(m => others.TryGetValue(m.Key, out var other) && Equals(m.Value, other));
            default:
                return true;
        }
    }

    public int GetHashCode(JsonElement obj)
    {
        switch (obj.ValueKind)
        {
            case JsonValueKind.String:
                return StringComparer.Ordinal.GetHashCode(obj.GetString()!);
            case JsonValueKind.Number:
                return ExactNumber.Of(obj).GetHashCode();
            case JsonValueKind.Array:
                var items = new HashCode();
                foreach (var item in obj.EnumerateArray())
                {
                    items.Add(GetHashCode(item));
                }

                return items.ToHashCode();
            case JsonValueKind.Object:
                return Members(obj).Aggregate(7, (hash, m) => hash + HashCode.Combine(m.Key, GetHashCode(m.Value)));
            default:
                return (int)obj.ValueKind;
        }
    }

    // The last of a repeated name counts, as everywhere.
    private static Dictionary<string, JsonElement> Members(JsonElement value)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }
}
