namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>A keyword that says something about numbers only.</summary>
/// <param name="name">The keyword.</param>
/// <param name="message">What would be right.</param>
/// <param name="holds">Whether a number meets it.</param>
internal sealed class NumberKeyword(string name, string message, Func<ExactNumber, bool> holds) : Keyword(name)
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        value.ValueKind != JsonValueKind.Number || holds(ExactNumber.Of(value)) || run.Fail(place, Name, message);

    /// <summary>The keyword, or null when it is not about numbers.</summary>
    public static NumberKeyword? Of(string name, JsonElement bound) => name switch
    {
        "minimum" => Make(name, bound, "at least", (value, limit) => value.CompareTo(limit) >= 0),
        "maximum" => Make(name, bound, "at most", (value, limit) => value.CompareTo(limit) <= 0),
        "exclusiveMinimum" => Make(name, bound, "more than", (value, limit) => value.CompareTo(limit) > 0),
        "exclusiveMaximum" => Make(name, bound, "less than", (value, limit) => value.CompareTo(limit) < 0),
        "multipleOf" => Make(name, bound, "a multiple of", (value, divisor) => value.IsMultipleOf(divisor)),
        _ => null,
    };

    private static NumberKeyword Make(string name, JsonElement bound, string words, Func<ExactNumber, ExactNumber, bool> holds)
    {
        var limit = ExactNumber.Of(bound);
        return new NumberKeyword(name, $"must be {words} {bound.GetRawText()}", value => holds(value, limit));
    }
}
