using System.Globalization;
using System.Text.Json;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// The values that may fill a schema: what results and facts say of a name, and what stands in the prompt. The nearest text comes first:
/// the part that speaks of the function, then what stands before all functions, then the whole prompt.
/// </summary>
internal sealed class ValuePool
{
    private readonly PromptValues[] _texts;
    private readonly IReadOnlyList<JsonElement> _objects;
    private readonly IReadOnlyList<Fact> _facts;

    public ValuePool(IReadOnlyList<string> texts, IReadOnlyList<JsonElement> objects, IReadOnlyList<Fact> facts)
    {
        _texts = [.. texts.Distinct(StringComparer.Ordinal).Select(t => new PromptValues(t))];
        _objects = objects;
        _facts = facts;
    }

    /// <summary>The nearest text.</summary>
    public string Text => _texts[0].Text;

    /// <summary>The whole prompt.</summary>
    public string Prompt => _texts[^1].Text;

    /// <summary>What is known under this very name: in the prompt, in a result, in what the user told.</summary>
    public string? Named(string name) =>
        _texts.Select(t => t.Of(name)).FirstOrDefault(v => v is not null)
        ?? FromObjects(name)
        ?? _facts.LastOrDefault(f => !f.IsNote && Plain(f.Key) == Plain(name))?.Value;

    /// <summary>The next value of one of these kinds that nobody took yet.</summary>
    public string? Next(params ReadOnlySpan<ValueKind> kinds)
    {
        foreach (var text in _texts)
        {
            foreach (var value in text.Values)
            {
                if (!value.IsTaken && kinds.Contains(value.Kind))
                {
                    Take(value);
                    return value.Text;
                }
            }
        }

        return null;
    }

    /// <summary>The next name that follows this preposition: "to Rome".</summary>
    public string? NextAfter(string preposition)
    {
        foreach (var text in _texts)
        {
            foreach (var value in text.Values)
            {
                if (!value.IsTaken && value.Kind is ValueKind.Name or ValueKind.Quoted
                    && text.Text.AsSpan(0, value.Start).TrimEnd(" \"“'`") is var before
                    && before.EndsWith(preposition, StringComparison.OrdinalIgnoreCase)
                    && (before.Length == preposition.Length || !char.IsLetter(before[before.Length - preposition.Length - 1])))
                {
                    Take(value);
                    return value.Text;
                }
            }
        }

        return null;
    }

    /// <summary>Names or quoted values that are listed one after the other, "Paris, Rome and Oslo", in the nearest text that has such a list; else none.</summary>
    public IReadOnlyList<string> Listed()
    {
        foreach (var text in _texts)
        {
            var values = text.Values.Where(v => v.Kind is ValueKind.Name or ValueKind.Quoted).ToArray();
            for (var first = 0; first < values.Length; first++)
            {
                var last = first;
                while (last + 1 < values.Length && IsJoint(text.Text.AsSpan(values[last].End, values[last + 1].Start - values[last].End)))
                {
                    last++;
                }

                if (last > first)
                {
                    return [.. values[first..(last + 1)].Select(v => v.Text).Distinct(StringComparer.Ordinal)];
                }
            }
        }

        return [];

        static bool IsJoint(ReadOnlySpan<char> between) => between.Trim(" \"'`“”") is "," or "and" or ", and" or "or" or "&" or "as well as";
    }

    /// <summary>The next number that passes.</summary>
    public decimal? NextNumber(Func<decimal, bool> fits)
    {
        foreach (var text in _texts)
        {
            foreach (var value in text.Values)
            {
                if (!value.IsTaken && value.Kind == ValueKind.Number && Number(value.Text) is { } number && fits(number))
                {
                    Take(value);
                    return number;
                }
            }
        }

        return null;
    }

    /// <summary>How many values of these kinds nobody took yet, in the nearest text that has any.</summary>
    public int Count(params ReadOnlySpan<ValueKind> kinds)
    {
        foreach (var text in _texts)
        {
            var count = 0;
            foreach (var value in text.Values)
            {
                count += !value.IsTaken && kinds.Contains(value.Kind) ? 1 : 0;
            }

            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>True when the nearest text, or else the whole prompt, has this word.</summary>
    public bool Mentions(string word) => word.Length > 0 && (Has(Text, word) || Has(Prompt, word));

    public static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The same value stands in the text around as well: it is taken there too.</summary>
    private void Take(PromptValue taken)
    {
        taken.IsTaken = true;
        foreach (var text in _texts)
        {
            if (!text.Values.Contains(taken) && text.Values.FirstOrDefault(v => !v.IsTaken && v.Kind == taken.Kind && v.Text == taken.Text) is { } same)
            {
                same.IsTaken = true;
            }
        }
    }

    private string? FromObjects(string name)
    {
        foreach (var item in _objects)
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (var member in item.EnumerateObject())
            {
                if (Plain(member.Name) == Plain(name) && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                {
                    return member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText();
                }
            }
        }

        return null;
    }

    private static bool Has(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += word.Length)
        {
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + word.Length == text.Length || !char.IsLetterOrDigit(text[at + word.Length])))
            {
                return true;
            }
        }

        return false;
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
