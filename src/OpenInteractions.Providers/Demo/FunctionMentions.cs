using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Agents;

namespace OpenInteractions.Providers.Demo;

/// <summary>A place of the prompt that names a function.</summary>
internal sealed record Mention(FunctionTool Function, int Start, int End);

/// <summary>
/// Finds the functions that a prompt names: by their names as declared or with spaces (<c>get weather</c>), else by the words of the name
/// that mean something (<c>weather</c>).
/// </summary>
internal static partial class FunctionMentions
{
    private const int LongestRead = 16 * 1024;

    // Words that say that something is done, but not what.
    private static readonly HashSet<string> Verbs =
        ["get", "fetch", "find", "lookup", "look", "up", "set", "create", "make", "do", "run", "call", "show", "list", "read", "query", "check", "calculate", "compute", "current", "the", "a", "of", "for", "by", "in", "to", "and", "tool", "function", "api", "info", "data"];

    public static IReadOnlyList<Mention> In(string prompt, IReadOnlyList<FunctionTool> functions)
    {
        if (prompt.Length > LongestRead)
        {
            prompt = prompt[..LongestRead];
        }

        var named = functions.SelectMany(f => ByName(prompt, f)).ToArray();
        if (SearchWords.In(prompt, functions) is { } search && !named.Any(m => m.Function == search.Function) && !IsForbidden(prompt, search))
        {
            named = [.. named, search];
        }

        if (PageWords.In(prompt, functions) is { } page && !named.Any(m => m.Function == page.Function) && !IsForbidden(prompt, page))
        {
            named = [.. named, page];
        }

        if (MapWords.In(prompt, functions) is { } place && !named.Any(m => m.Function == place.Function) && !IsForbidden(prompt, place))
        {
            named = [.. named, place];
        }

        if (named.Length == 0)
        {
            // Tools of a sandbox are called by their names alone: their words, such as "file", are in every second prompt.
            return [.. functions.Where(f => f.Name != CodeExecutionTool.TypeName && !AgentTools.EnvironmentFunctions.Contains(f.Name)).Select(f => ByMeaning(prompt, f)).OfType<Mention>().OrderBy(m => m.Start)];
        }

        // get_weather_forecast names get_weather as little as "forecast" alone would.
        return
        [
            .. named.Where(m => !named.Any(other => other.Function != m.Function && other.Start <= m.Start && other.End >= m.End && other.End - other.Start > m.End - m.Start))
                .Where(m => !IsForbidden(prompt, m))
                .OrderBy(m => m.Start),
        ];
    }

    private static IEnumerable<Mention> ByName(string prompt, FunctionTool function)
    {
        var spaced = string.Join(' ', WordsOf(function.Name));
        string[] names = spaced.Contains(' ', StringComparison.Ordinal) ? [function.Name, spaced] : [function.Name];
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            for (var at = 0; (at = prompt.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += name.Length)
            {
                if (IsWhole(prompt, at, at + name.Length))
                {
                    yield return new Mention(function, at, at + name.Length);
                }
            }
        }
    }

    private static Mention? ByMeaning(string prompt, FunctionTool function)
    {
        var words = WordsOf(function.Name).ToArray();
        var meaning = words.Where(w => !Verbs.Contains(w)).ToArray();
        if (meaning.Length == 0)
        {
            meaning = words;
        }

        var spoken = Word().Matches(prompt);
        int start = int.MaxValue, end = 0;
        foreach (var word in meaning)
        {
            if (spoken.FirstOrDefault(s => Same(s.ValueSpan, word)) is not { } at)
            {
                return null;
            }

            start = Math.Min(start, at.Index);
            end = Math.Max(end, at.Index + at.Length);
        }

        return meaning.Length == 0 ? null : new Mention(function, start, end);
    }

    private static bool Same(ReadOnlySpan<char> spoken, string word) =>
        spoken.Equals(word, StringComparison.OrdinalIgnoreCase)
        || (spoken.Length == word.Length + 1 && spoken[^1] is 's' or 'S' && spoken[..^1].Equals(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> WordsOf(string name) => NamePart().Matches(name).Select(m => m.Value.ToLowerInvariant());

    private static bool IsWhole(string text, int start, int end) => !(start > 0 && IsNamePart(text[start - 1])) && !(end < text.Length && IsNamePart(text[end]));

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private static bool IsForbidden(string prompt, Mention mention) => Forbidding().IsMatch(prompt[Math.Max(0, mention.Start - 40)..mention.Start]);

    [GeneratedRegex(@"[\p{L}\d]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+", RegexOptions.CultureInvariant)]
    private static partial Regex NamePart();

    [GeneratedRegex(@"\b(?:not|don't|don’t|never|without)\s+(?:(?:call|use|run|invoke|calling|using|running|invoking)\s+)?(?:the\s+)?[`'""]?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Forbidding();
}
