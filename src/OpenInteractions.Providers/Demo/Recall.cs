using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Answers from the history: facts that the user told, notes, and what was said when.</summary>
internal static partial class Recall
{
    private const int LongestQuote = 500;

    /// <summary>The answer, or null when the prompt neither asks for nor tells anything of this kind.</summary>
    public static string? Answer(Conversation conversation)
    {
        var prompt = conversation.Prompt;
        if (prompt.Length > 4_000)
        {
            return null;
        }

        if (Instruction().IsMatch(prompt))
        {
            return conversation.SystemInstruction is { } instruction ? $"My system instruction is: {Quote(instruction)}" : "I have no system instruction.";
        }

        return Said(conversation) ?? (Asks(prompt) ? Facts(conversation) : null) ?? Told(conversation);
    }

    private static string? Said(Conversation conversation)
    {
        var earlier = conversation.EarlierPrompts.ToArray();
        var prompt = conversation.Prompt;
        if (WhatISaid().IsMatch(prompt))
        {
            return earlier.Length == 0
                ? "You said nothing before this."
                : First().IsMatch(prompt) ? $"The first thing you said was: {Quote(earlier[0])}"
                : $"Before this you said: {Quote(earlier[^1])}";
        }

        if (WhatYouSaid().IsMatch(prompt))
        {
            return conversation.Answers.LastOrDefault() is { } answer ? $"I said: {Quote(answer)}" : "I have said nothing yet.";
        }

        if (HowMany().IsMatch(prompt))
        {
            return $"You have sent {earlier.Length + 1} message{(earlier.Length == 0 ? "" : "s")} in this conversation, this one included.";
        }

        return null;
    }

    private static string? Facts(Conversation conversation)
    {
        if (Everything().IsMatch(conversation.Prompt))
        {
            var all = conversation.Facts.Reverse().DistinctBy(f => f.IsNote ? f.Value : f.Key).Take(20).Reverse().Select(Sentence).ToArray();
            return all.Length == 0 ? "You have told me nothing to remember yet." : string.Join(' ', all);
        }

        var asked = Words(conversation.Prompt);
        var known = conversation.Facts.Where(f => !f.IsNote).Reverse()
            .DistinctBy(f => f.Key)
            .Where(f => Words(f.Key).All(asked.Contains) || (f.Key == "home" && asked.Contains("live")))
            .Reverse().ToArray();

        // "favourite colour" answers the question for it; "colour" alone would be another fact.
        known = [.. known.Where(f => !known.Any(longer => longer.Key.Length > f.Key.Length && Words(longer.Key).IsSupersetOf(Words(f.Key))))];
        if (known.Length > 0)
        {
            return string.Join(' ', known.Take(10).Select(Sentence));
        }

        asked.ExceptWith(["remember", "ask", "asked", "tell", "told", "you", "your", "me"]);
        if (conversation.Facts.LastOrDefault(f => f.IsNote && Words(f.Value).Overlaps(asked)) is { } note)
        {
            return Sentence(note);
        }

        return Own().Match(conversation.Prompt) is { Success: true } own
            ? $"You have not told me your {own.Groups["key"].Value.Trim().ToLowerInvariant()} in this conversation."
            : null;
    }

    private static string? Told(Conversation conversation)
    {
        if (conversation.NewFacts.Count == 0)
        {
            return null;
        }

        var told = conversation.NewFacts.Where(f => !f.IsNote).DefaultIfEmpty(conversation.NewFacts[0]).Take(10).Select(Sentence);
        return $"Noted. {string.Join(' ', told)}";
    }

    private static string Sentence(Fact fact) => fact switch
    {
        { IsNote: true } => $"You asked me to remember: \"{fact.Value}\".",
        { Key: "home" } => $"You live in {fact.Value}.",
        { IsOwn: true } => $"Your {fact.Key} is {fact.Value}.",
        _ => $"The {fact.Key} is {fact.Value}.",
    };

    private static bool Asks(string prompt) => prompt.Contains('?', StringComparison.Ordinal) || Question().IsMatch(prompt);

    private static HashSet<string> Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(m => m.Value.Replace("favorite", "favourite", StringComparison.Ordinal).Replace("color", "colour", StringComparison.Ordinal)).Where(w => !Small.Contains(w))];

    private static readonly HashSet<string> Small = ["the", "a", "an", "my", "our", "is", "are", "was", "were", "what", "who", "of", "to", "and", "do", "did", "i", "it", "in", "that", "this", "which", "please", "s", "can", "for"];

    private static string Quote(string text) => text.Length <= LongestQuote ? $"\"{text}\"" : $"\"{text[..LongestQuote]}…\"";

    [GeneratedRegex(@"[\p{L}\d]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?:^|[.!,;:\n]\s*)(?:and\s+|so\s+|please\s+|hey,?\s+|ok,?\s+)*(?:what|who|whom|where|when|which|how|do you|did|can you|could you|tell me|remind me|recall|say|repeat|answer|reply)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Question();

    [GeneratedRegex(@"\b(?:your|the)\s+(?:system\s+)?(?:instructions?|prompt)\b.*\?|\bsystem instruction\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Instruction();

    [GeneratedRegex(@"\bwhat\s+(?:did|have)\s+I\s+(?:just\s+|first\s+)?(?:said|say|tell|told|write|ask|asked|written)\b(?!\s+you\s+to)|\bwhat\s+(?:was|were)\s+my\s+(?:very\s+)?(?:first|last|previous|earlier)\s+(?:message|question|words|prompt)\b|\bfirst\s+thing\s+I\s+(?:said|told|asked)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WhatISaid();

    [GeneratedRegex(@"\bfirst\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex First();

    [GeneratedRegex(@"\bwhat\s+(?:did|have)\s+you\s+(?:just\s+)?(?:said|say|answer|answered|tell me|told me)\b|\brepeat\s+(?:your\s+last\s+answer|that|yourself)\b|\bsay\s+that\s+again\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WhatYouSaid();

    [GeneratedRegex(@"\bhow\s+many\s+(?:messages|turns|prompts)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HowMany();

    [GeneratedRegex(@"\bwhat\s+(?:do|did)\s+(?:you\s+(?:know|remember)|I\s+(?:tell|ask)\s+you\s+to\s+remember|you\s+know\s+about)\b|\beverything\s+(?:you\s+know|I\s+told)\b|\bsummari[sz]e\s+(?:what|our|the|this)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Everything();

    [GeneratedRegex(@"\bmy\s+(?<key>[\p{L}][\p{L}\d'’-]*(?:\s+[\p{L}][\p{L}\d'’-]*){0,3}?)\s*(?:\?|\.|$|\s+(?:is|was|are|again|please)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Own();
}
