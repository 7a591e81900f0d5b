using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// Which functions to call next. Functions that the prompt names together are called together; those named after "then" wait for the
/// results of the ones before (behaviour FN-2, FN-4).
/// </summary>
internal static partial class CallPlan
{
    private const int MostCalls = 16;

    public static IReadOnlyList<PlannedCall> Next(ModelRequest request, Conversation conversation)
    {
        var choice = ToolChoice.Of(request);
        if (choice.Allowed.Count == 0)
        {
            return [];
        }

        var results = conversation.SincePrompt.OfType<CameBack>().ToArray();
        var made = Made(conversation, results);
        var mentions = FunctionMentions.In(conversation.Prompt, choice.Allowed);
        if (mentions.Count == 0)
        {
            // A forced call is forced once for each prompt: otherwise no answer could ever follow the result.
            return choice.MustCall && made.Count == 0 ? [Call(choice.Allowed[0], conversation, conversation.Prompt, "", [])] : [];
        }

        // What failed is told, not built upon.
        if (results.Any(r => r.IsError) || results.Length >= MostCalls)
        {
            return [];
        }

        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stage in Stages(conversation.Prompt, mentions))
        {
            var asked = stage.Where(m => !before.Contains(m.Function.Name) || AsksAgain(conversation.Prompt, m));
            PlannedCall[] open = [.. asked.SelectMany(m => Calls(m, mentions, conversation, results)).Where(c => !Take(made, c.Name)).Take(MostCalls)];
            if (open.Length > 0)
            {
                return open;
            }

            before.UnionWith(stage.Select(m => m.Function.Name));
        }

        return [];
    }

    /// <summary>How often each function was called since the prompt. Of some calls a history has only the result.</summary>
    private static Dictionary<string, int> Made(Conversation conversation, IReadOnlyList<CameBack> results)
    {
        var made = conversation.SincePrompt.OfType<Called>().CountBy(c => c.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, count) in results.CountBy(r => r.Name, StringComparer.Ordinal))
        {
            made[name] = Math.Max(count, made.GetValueOrDefault(name));
        }

        return made;
    }

    private static bool Take(Dictionary<string, int> made, string name)
    {
        var left = made.GetValueOrDefault(name);
        made[name] = left - 1;
        return left > 0;
    }

    /// <summary>"Then call f for Rome" asks for f once more, "then tell me what f returned" does not.</summary>
    private static bool AsksAgain(string prompt, Mention mention) =>
        Ordering().IsMatch(prompt[Math.Max(0, mention.Start - 40)..mention.Start]) && !Referring().IsMatch(prompt[mention.End..Math.Min(prompt.Length, mention.End + 40)]);

    private static IEnumerable<IReadOnlyList<Mention>> Stages(string prompt, IReadOnlyList<Mention> mentions)
    {
        var stage = new List<Mention> { mentions[0] };
        for (var i = 1; i < mentions.Count; i++)
        {
            if (Afterwards().IsMatch(prompt[mentions[i - 1].End..Math.Max(mentions[i - 1].End, mentions[i].Start)]))
            {
                yield return stage;
                stage = [];
            }

            // "Call a (the function a)" names it twice and means it once; with other arguments it is another call.
            if (!stage.Any(m => m.Function == mentions[i].Function && Segment(prompt, m, mentions) == Segment(prompt, mentions[i], mentions)))
            {
                stage.Add(mentions[i]);
            }
        }

        yield return stage;
    }

    private static IEnumerable<PlannedCall> Calls(Mention mention, IReadOnlyList<Mention> mentions, Conversation conversation, IReadOnlyList<CameBack> results)
    {
        var prompt = conversation.Prompt;
        var (segment, before) = (Segment(prompt, mention, mentions), prompt[..mentions[0].Start]);

        if (SearchWords.Arguments(mention.Function, segment, prompt) is { } search)
        {
            return [new PlannedCall(mention.Function.Name, search)];
        }

        if (MapWords.Arguments(mention.Function, segment, prompt) is { } places)
        {
            return [new PlannedCall(mention.Function.Name, places)];
        }

        if (PageWords.Arguments(mention.Function, prompt) is { } pages)
        {
            return [new PlannedCall(mention.Function.Name, pages)];
        }

        // "The weather in Paris and Rome" is two calls when the function takes one place.
        if (OnlyText(mention.Function) is { } property && new ValuePool([segment, before, prompt], [], []) is var pool && pool.Named(property) is null && pool.Listed() is { Count: > 1 } listed)
        {
            return listed.Select(value => Call(mention.Function, conversation, $"\"{value}\"", segment, results));
        }

        return [Call(mention.Function, conversation, segment, before, results)];
    }

    /// <summary>The only required argument when it is a free text, else null.</summary>
    private static string? OnlyText(FunctionTool function)
    {
        if (function.Parameters is not { ValueKind: JsonValueKind.Object } schema
            || !schema.TryGetProperty("required", out var required) || required.ValueKind != JsonValueKind.Array || required.GetArrayLength() != 1 || required[0].ValueKind != JsonValueKind.String
            || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object
            || !properties.TryGetProperty(required[0].GetString()!, out var only) || only.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var isFreeText = only.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() is "string" or "STRING";
        return isFreeText && !only.TryGetProperty("enum", out _) ? required[0].GetString() : null;
    }

    /// <summary>The part of the prompt that speaks of this mention: from its name to the next one.</summary>
    private static string Segment(string prompt, Mention mention, IReadOnlyList<Mention> mentions)
    {
        var end = mentions.Where(m => m.Start >= mention.End).Select(m => m.Start).DefaultIfEmpty(prompt.Length).Min();
        return prompt[mention.End..end];
    }

    private static PlannedCall Call(FunctionTool function, Conversation conversation, string segment, string before, IReadOnlyList<CameBack> results)
    {
        var values = new ValuePool([segment, before, conversation.Prompt], [.. results.Select(r => r.Value)], conversation.Facts);
        return new PlannedCall(function.Name, SchemaSample.Arguments(function.Parameters, values));
    }

    [GeneratedRegex(@"\b(?:call|use|run|invoke|ask|try|and|then)\s+[`'""]?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Ordering();

    [GeneratedRegex(@"^[`'""]?(?:'s|’s)?\s+(?:results?|answers?|output|returned|returns|said|says|gave|gives|found|told)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Referring();

    [GeneratedRegex(@"\b(?:then|after\s+that|afterwards|next|finally|followed\s+by|(?:with|using|use|on)\s+(?:its|the|that|this)\s+(?:result|answer|output))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Afterwards();
}
