using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Kinds of values that stand out in a text.</summary>
internal enum ValueKind
{
    Quoted,
    Number,
    Email,
    Url,
    Date,
    Time,
    Name,
}

/// <summary>A value that stands in a text.</summary>
internal sealed class PromptValue(ValueKind kind, string text, int start, int length)
{
    public ValueKind Kind => kind;

    public string Text => text;

    public int Start => start;

    public int End => start + length;

    /// <summary>True when an argument has taken it.</summary>
    public bool IsTaken { get; set; }
}

/// <summary>The values of a text: quoted strings, numbers, addresses, dates, names. Found once, taken one by one.</summary>
internal sealed partial class PromptValues
{
    private const int LongestRead = 8 * 1024;
    private const int MostValues = 200;

    // Capital letters that only begin a sentence.
    private static readonly HashSet<string> Starters = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "add", "after", "an", "and", "answer", "anything", "are", "ask", "call", "can", "compute", "convert", "book", "buy", "calculate", "check", "compare", "could", "create", "delete", "describe", "draw", "do", "does", "everything", "extract", "fill", "find", "first", "for", "from",
        "generate", "get", "give", "hello", "hey", "hi", "how", "i", "i'm", "if", "in", "is", "it", "json", "let", "list", "look", "make", "my", "next", "no", "open", "order", "plan", "play", "plot", "print", "read", "remind", "remove", "schedule", "start", "stop", "summarize", "translate", "update", "nothing", "now", "ok", "please", "return", "run", "search",
        "send", "set", "show", "something", "tell", "thanks", "that", "the", "then", "this", "to", "today", "turn", "use", "using", "what", "what's", "when", "where", "which", "who", "why", "will", "with", "write", "yes", "you", "your",
    };

    public PromptValues(string text)
    {
        Text = text.Length <= LongestRead ? text : text[..LongestRead];
        Values = [.. Find().Take(MostValues)];
    }

    public string Text { get; }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<PromptValue> Values { get; }

    /// <summary>What is said of a name: <c>city=Paris</c>, <c>city: "Paris"</c>, <c>city is Paris</c>, <c>city Paris</c>; null when nothing is.</summary>
    public string? Of(string name)
    {
        var words = NamePart().Matches(name).Select(m => m.Value).ToArray();
        foreach (var spelling in new[] { name, string.Join(' ', words), string.Join('_', words) }.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            for (var at = 0; spelling.Length > 0 && (at = Text.IndexOf(spelling, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += spelling.Length)
            {
                if (at > 0 && (char.IsLetterOrDigit(Text[at - 1]) || Text[at - 1] is '_'))
                {
                    continue;
                }

                var after = Said().Match(Text, at + spelling.Length);
                if (after.Success && IsValue(after))
                {
                    return after.Groups["value"].Value.Trim('"', '\'', '“', '”', '`');
                }
            }
        }

        return null;
    }

    /// <summary>"city=anywhere" is clear; "city anywhere" is only a value when it looks like one.</summary>
    private static bool IsValue(Match said)
    {
        var value = said.Groups["value"].Value;
        return said.Groups["sign"].Success
            || value[0] is '"' or '\'' or '“' or '`' or '-' || char.IsDigit(value[0]) || (char.IsUpper(value[0]) && !Starters.Contains(value))
            || (said.Groups["word"].Success && !Starters.Contains(value));
    }

    private IEnumerable<PromptValue> Find()
    {
        var end = 0;
        foreach (Match match in Token().Matches(Text))
        {
            if (match.Index < end)
            {
                continue;
            }

            var kind = Enum.GetValues<ValueKind>().First(k => match.Groups[k.ToString()].Success);
            var group = match.Groups[kind.ToString()];
            if (kind == ValueKind.Name)
            {
                if (NameIn(group) is { } name)
                {
                    yield return name;
                }
            }
            else
            {
                yield return new PromptValue(kind, group.Value, group.Index, group.Length);
            }

            end = match.Index + match.Length;
        }
    }

    private static PromptValue? NameIn(Group group)
    {
        var text = group.Value;
        var start = group.Index;
        while (text.Split(' ', 2) is [var first, .. var rest] && Starters.Contains(first))
        {
            if (rest.Length == 0)
            {
                return null;
            }

            start += first.Length + 1;
            text = rest[0];
        }

        return new PromptValue(ValueKind.Name, text, start, text.Length);
    }

    [GeneratedRegex("""
        "(?<Quoted>[^"\n]{0,2000})" | “(?<Quoted>[^”\n]{0,2000})” | `(?<Quoted>[^`\n]{0,2000})` | (?<![\p{L}\d])'(?<Quoted>[^'\n]{1,2000})'(?![\p{L}\d])
        | (?<Url>https?://[^\s"'<>)\]]+[^\s"'<>)\].,;!?])
        | (?<Email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        | (?<Date>\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?\b)
        | (?<Time>\b\d{1,2}:\d{2}(?::\d{2})?\b)
        | (?<![\p{L}\d_.])(?<Number>[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\d_])
        | (?<![\p{L}\d_])(?<Name>\p{Lu}[\p{L}\d'’&-]*(?:\x20\p{Lu}[\p{L}\d'’&-]*)*)
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    [GeneratedRegex("""\G["'`]?(?:\s*(?<sign>[=:])\s*|\s+(?<word>is|of|named|called)\s+(?:the\s+)?|\s+)(?<value>"[^"\n]+"|“[^”\n]+”|`[^`\n]+`|'[^'\n]+'|-?\d+(?:\.\d+)?(?![\w-])|\p{Lu}[\p{L}\d'’-]*(?:\x20\p{Lu}[\p{L}\d'’-]*)*|[^\s,;()"'`?!]*[^\s,;()"'`?!.])""", RegexOptions.CultureInvariant)]
    private static partial Regex Said();

    [GeneratedRegex(@"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+", RegexOptions.CultureInvariant)]
    private static partial Regex NamePart();
}
