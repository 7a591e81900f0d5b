using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Something the user told.</summary>
/// <param name="Key">What it is about, in lower case: <c>name</c>, <c>favourite colour</c>; empty for a note.</param>
/// <param name="Value">What was said of it; for a note, all of it.</param>
/// <param name="IsOwn">True when it is about the user: "my …".</param>
internal sealed record Fact(string Key, string Value, bool IsOwn)
{
    public bool IsNote => Key.Length == 0;
}

/// <summary>Finds facts in what the user said: "my X is Y", "the X is Y", "I am called Y", "remember …".</summary>
internal static partial class FactReading
{
    // Facts stand in what people type, not in a book that they paste.
    private const int LongestRead = 4 * 1024;
    private const int MostFacts = 100;

    public static IEnumerable<Fact> In(string text)
    {
        if (text.Length > LongestRead)
        {
            text = text[..LongestRead];
        }

        return Find(text).Take(MostFacts);
    }

    private static IEnumerable<Fact> Find(string text)
    {
        foreach (Match match in Statement().Matches(text))
        {
            var key = match.Groups["key"].Value.Trim().ToLowerInvariant();
            var value = match.Groups["value"].Value.Trim().Trim('"', '\'', '“', '”', '`');
            if (value.Length > 0 && !IsQuestion(text, match))
            {
                yield return new Fact(key, value, match.Groups["own"].Success);
            }
        }

        foreach (Match match in Name().Matches(text))
        {
            yield return new Fact("name", match.Groups["value"].Value.Trim(), IsOwn: true);
        }

        foreach (Match match in Home().Matches(text))
        {
            yield return new Fact("home", match.Groups["value"].Value.Trim(), IsOwn: true);
        }

        foreach (Match match in Note().Matches(text))
        {
            var value = match.Groups["value"].Value.Trim();
            if (value.Length > 0 && !IsQuestion(text, match))
            {
                yield return new Fact("", value, IsOwn: false);
            }
        }
    }

    /// <summary>"Is my name Ada?" and "do you remember what the code is?" ask; they tell nothing.</summary>
    private static bool IsQuestion(string text, Match match)
    {
        var end = text.AsSpan(match.Index + match.Length).TrimStart();
        return end is ['?', ..];
    }

    [GeneratedRegex("""
        \b(?:(?<own>my|our)|the)\s+
        (?<key>[\p{L}\d][\p{L}\d'’_-]*(?:\s+(?!is\b|are\b|was\b|were\b)[\p{L}\d][\p{L}\d'’_-]*){0,4}?)\s*
        (?:\s(?:is|are|was|were)\b|'s\s|:|=)\s*(?>\s*(?:called\s+|named\s+)?)
        (?<value>(?!what\b|who\b|which\b)(?:"[^"\n]{1,200}"|(?:(?!\s+(?:and|but)\s+(?:my|our|the|i|what|please)\b|,\s+(?:and|but|what|please|\p{Ll})|[.!?;](?:\s|$))[^\n?]){1,200}))
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Statement();

    [GeneratedRegex("""(?:\b[Ii] am called|\b[Ii]'m called|\b[Cc]all me|\b[Ii] am|\b[Ii]'m)\s+(?<value>\p{Lu}[\p{L}'’-]*(?:\s\p{Lu}[\p{L}'’-]*){0,3})""", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("""\b[Ii] (?:live|am living) in\s+(?<value>\p{L}[\p{L}'’-]*(?:\s(?!and\b|but\b|with\b)[\p{L}'’-]+){0,4})""", RegexOptions.CultureInvariant)]
    private static partial Regex Home();

    [GeneratedRegex("""(?:^|[.!;,]\s+|\bplease\s+)(?:please\s+)?(?:remember|note|keep in mind|memori[sz]e)(?:\s+that\b|\s*:)?\s+(?!what\b|who\b|when\b|where\b|how\b|which\b|me\b)(?<value>(?:(?![.!;](?:\s|$))[^\n?]){1,300})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Note();
}
