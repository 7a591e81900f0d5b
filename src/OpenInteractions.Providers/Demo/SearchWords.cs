using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;

namespace OpenInteractions.Providers.Demo;

/// <summary>Prompts that ask for a search without naming the tool: "search the web for alpine lakes".</summary>
internal static partial class SearchWords
{
    private const string Search = "google_search";
    private const string Files = "file_search";

    /// <summary>Where a prompt asks for a search; null when it does not, or nobody can search. A search of files is one that says so, or one where nobody searches pages.</summary>
    public static Mention? In(string prompt, IReadOnlyList<FunctionTool> functions)
    {
        var words = Asking().Match(prompt);
        if (!words.Success)
        {
            return null;
        }

        var (pages, files) = (functions.FirstOrDefault(f => f.Name == Search), functions.FirstOrDefault(f => f.Name == Files));
        return (words.Groups["files"].Success ? files ?? pages : pages ?? files) is { } function ? new Mention(function, words.Index, words.Groups["what"].Index) : null;
    }

    /// <summary>The arguments of a search; null for another function.</summary>
    /// <param name="function">What is called.</param>
    /// <param name="segment">The prompt behind its mention.</param>
    /// <param name="prompt">The whole prompt.</param>
    public static JsonObject? Arguments(FunctionTool function, string segment, string prompt)
    {
        if (function.Name is not (Search or Files))
        {
            return null;
        }

        var quoted = Quoted().Match(segment);
        var first = FirstSentence().Match(Asking().Match(prompt) is { Success: true } asked && !quoted.Success ? prompt[asked.Groups["what"].Index..] : segment).Value;
        var query = quoted.Success ? quoted.Groups["what"].Value : Leading().Replace(first, "").Trim(' ', '.', '?', '!', ':', ',', '`', '\n');
        return new JsonObject { ["queries"] = new JsonArray(query.Length > 0 ? query : prompt.Trim()) };
    }

    [GeneratedRegex(@"(?:^|[.!?\n]\s*|\b(?:please|and|then|you)\s+)search(?:\s+(?:(?:the|my|our|these)\s+)?(?:web|internet|pages|net|(?<files>files|documents|docs|handbook|store|stores)))?(?:\s+(?:for|about))?[\s:]+(?<what>\S)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Asking();

    [GeneratedRegex("[\"“「](?<what>[^\"”」]{1,300})[\"”」]", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^.*?(?=[.?!。？！]\s|[.?!。？！]?$|[。？！]|\n|,?\s+(?:and|then)\s+(?:then|call|read|tell|open|use|run|fetch|say)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FirstSentence();

    [GeneratedRegex(@"^[\s`'"":,]*(?:(?:to|for|about|tool)\s+)*(?:(?:find|search|look\s+up|look\s+for)\s+)?(?:(?:for|about)\s+)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Leading();
}
