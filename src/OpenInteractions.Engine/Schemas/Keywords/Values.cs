namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>The kinds of values that <c>type</c> names.</summary>
[Flags]
internal enum ValueTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    Number = 16,
    String = 32,
    Integer = 64,
}

internal sealed class TypeKeyword(ValueTypes types) : Keyword("type")
{
    private readonly string _message = "must be of type " + string.Join(" or ", types.ToString().ToLowerInvariant().Split(", "));

    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        IsOne(value) || run.Fail(place, Name, _message);

    private bool IsOne(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => types.HasFlag(ValueTypes.Null),
        JsonValueKind.True or JsonValueKind.False => types.HasFlag(ValueTypes.Boolean),
        JsonValueKind.Object => types.HasFlag(ValueTypes.Object),
        JsonValueKind.Array => types.HasFlag(ValueTypes.Array),
        JsonValueKind.String => types.HasFlag(ValueTypes.String),
        // 1.0 is an integer: the number counts, not how it is written.
        _ => types.HasFlag(ValueTypes.Number) || (types.HasFlag(ValueTypes.Integer) && ExactNumber.Of(value).IsInteger),
    };
}

internal sealed class EnumKeyword(IEnumerable<JsonElement> values) : Keyword("enum")
{
    private readonly HashSet<JsonElement> _values = new(values, JsonEquality.Instance);

    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        _values.Contains(run.Weighed(value)) || run.Fail(place, Name, "must be one of the values that the schema lists");
}

internal sealed class ConstKeyword(JsonElement only) : Keyword("const")
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        JsonEquality.Instance.Equals(run.Weighed(value), only) || run.Fail(place, Name, "must be the one value that the schema names");
}
