using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;

namespace OpenInteractions.Providers.Demo;

/// <summary>Prompts that ask for a place without naming the tool: "find a cafe near Kyoto Station", "where is the Prater?".</summary>
internal static partial class MapWords
{
    /// <summary>Where a prompt asks for a place; null when it does not, or nobody can find one.</summary>
    public static Mention? In(string prompt, IReadOnlyList<FunctionTool> functions)
    {
        var words = Asking().Match(prompt);
        return words.Success && functions.FirstOrDefault(f => f.Name == GoogleMapsTool.TypeName) is { } function ? new Mention(function, words.Index, words.Index) : null;
    }

    /// <summary>The arguments of a look-up; null for another function.</summary>
    /// <param name="function">What is called.</param>
    /// <param name="segment">The prompt behind its mention.</param>
    /// <param name="prompt">The whole prompt.</param>
    public static JsonObject? Arguments(FunctionTool function, string segment, string prompt) =>
        function.Name == GoogleMapsTool.TypeName ? new JsonObject { ["queries"] = new JsonArray(Query(segment, prompt)) } : null;

    private static string Query(string segment, string prompt)
    {
        if ((Quoted().Match(segment) is { Success: true } near ? near : Quoted().Match(prompt)) is { Success: true } quoted)
        {
            return quoted.Groups["what"].Value;
        }

        var sentence = Sentence().Matches(prompt).Select(m => m.Value).FirstOrDefault(s => Asking().IsMatch(s)) ?? segment;
        var query = Which().Match(sentence) is { Success: true } which ? $"{which.Groups["what"].Value} {which.Groups["where"].Value}"
            : Where().Match(sentence) is { Success: true } where ? where.Groups["what"].Value
            : Leading().Replace(sentence, "");
        query = OnTheMap().Replace(query, "").Trim(' ', '.', '?', '!', ':', ',', '`', '\n');
        return query.Length > 0 ? query : prompt.Trim();
    }

    [GeneratedRegex(@"\b(?:near(?:by)?|close\s+to|within\s+\d+(?:\.\d+)?\s*(?:m|km|miles?)\s+of|on\s+the\s+map|where\s+(?:is|are)|address\s+of)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Asking();

    [GeneratedRegex("[\"“「](?<what>[^\"”」]{1,300})[\"”」]", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[^.?!。？！\n]+(?:\.(?=\S)[^.?!。？！\n]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\b(?:what|which)\s+(?<what>.{1,100}?)\s+(?:are|is)\s+(?:there\s+)?(?<where>(?:near|nearby|within|around|in|close)\b.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Which();

    [GeneratedRegex(@"\b(?:where\s+(?:is|are)|address\s+of)\s+(?<what>.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Where();

    [GeneratedRegex(@"^.*?\b(?:find|show|look\s+up|look\s+for|search(?:\s+for)?|list|locate|is\s+there|are\s+there)\s+(?:me\s+)?(?:(?:the|a|an|some|any)\s+)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Leading();

    [GeneratedRegex(@"\s+on\s+(?:the|a)\s+map\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OnTheMap();
}
