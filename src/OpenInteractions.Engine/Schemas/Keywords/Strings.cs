namespace OpenInteractions.Engine.Schemas.Keywords;

/// <summary>A keyword that says something about strings only.</summary>
internal abstract class StringKeyword(string name, string message) : Keyword(name)
{
    public override bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen) =>
        value.ValueKind != JsonValueKind.String || Holds(value.GetString()!, run) || run.Fail(place, Name, message);

    protected abstract bool Holds(string text, Evaluation run);
}

/// <summary>Lengths count code points: an emoji is one.</summary>
internal sealed class LengthKeyword(string name, int bound, bool isLeast) : StringKeyword(name, $"must have at {(isLeast ? "least" : "most")} {bound} characters")
{
    protected override bool Holds(string text, Evaluation run)
    {
        var length = text.Length - text.Count(char.IsLowSurrogate);
        return isLeast ? length >= bound : length <= bound;
    }
}

internal sealed class PatternKeyword(SchemaPattern pattern) : StringKeyword("pattern", "must match the schema's pattern")
{
    protected override bool Holds(string text, Evaluation run) => run.Matches(pattern, text);
}

internal sealed class FormatKeyword(string format, Func<string, bool> holds) : StringKeyword("format", $"must be of the format {format}")
{
    protected override bool Holds(string text, Evaluation run)
    {
        run.Spend(1 + (text.Length / 32));
        return holds(text);
    }
}
