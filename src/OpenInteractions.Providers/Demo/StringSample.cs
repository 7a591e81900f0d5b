using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Demo;

/// <summary>Makes a string that fits a schema's format and lengths.</summary>
internal static class StringSample
{
    private const int LongestMade = 10_000;

    private static readonly HashSet<string> WholePrompt =
        new(["query", "q", "text", "prompt", "question", "message", "input", "content", "body", "request", "task", "answer", "response", "reply", "summary"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> NamesSomebody =
        new(["name", "full_name", "fullname", "first_name", "firstname", "person", "author", "customer", "user", "username", "recipient", "title"], StringComparer.OrdinalIgnoreCase);

    public static JsonNode Make(MergedSchema schema, ValuePool values, string name, int ordinal)
    {
        var text = Candidates(schema, values, name).FirstOrDefault(c => c is not null && Fits(schema, c)) ?? Sample(schema, name, ordinal);
        return JsonValue.Create(text);
    }

    private static IEnumerable<string?> Candidates(MergedSchema schema, ValuePool values, string name)
    {
        if (name.Length > 0)
        {
            yield return values.Named(name);
        }

        switch (schema.Text("format"))
        {
            case "date" or "date-time":
                yield return values.Next(ValueKind.Date);
                break;
            case "time":
                yield return values.Next(ValueKind.Time);
                break;
            case "email":
                yield return values.Next(ValueKind.Email);
                break;
            case "uri" or "url" or "uri-reference":
                yield return values.Next(ValueKind.Url);
                break;
            case null:
                foreach (var candidate in Free(values, name, schema.Text("default")))
                {
                    yield return candidate;
                }

                break;
        }

        if (schema.Text("default") is { } formatted)
        {
            yield return formatted;
        }

        if (schema.Keyword("examples") is { ValueKind: JsonValueKind.Array } examples && examples.GetArrayLength() > 0 && examples[0].ValueKind == JsonValueKind.String)
        {
            yield return examples[0].GetString();
        }
    }

    private static IEnumerable<string?> Free(ValuePool values, string name, string? preset)
    {
        var plain = name.ToLowerInvariant();
        var speaksOfMail = plain.Contains("mail", StringComparison.Ordinal);
        if (speaksOfMail)
        {
            yield return values.Next(ValueKind.Email);
        }

        if (plain.Contains("url", StringComparison.Ordinal) || plain.Contains("uri", StringComparison.Ordinal) || plain.Contains("link", StringComparison.Ordinal))
        {
            yield return values.Next(ValueKind.Url);
        }

        if (plain.Contains("date", StringComparison.Ordinal) || plain.Contains("day", StringComparison.Ordinal))
        {
            yield return values.Next(ValueKind.Date);
        }

        if (plain.Contains("time", StringComparison.Ordinal))
        {
            yield return values.Next(ValueKind.Time, ValueKind.Date);
        }

        yield return values.Next(ValueKind.Quoted);
        string? after = plain switch
        {
            _ when plain.Contains("from", StringComparison.Ordinal) || plain.Contains("origin", StringComparison.Ordinal) || plain.Contains("source", StringComparison.Ordinal) => "from",
            _ when plain.StartsWith("to", StringComparison.Ordinal) || plain.Contains("dest", StringComparison.Ordinal) || plain.Contains("target", StringComparison.Ordinal) => "to",
            _ => null,
        };
        if (after is not null)
        {
            yield return values.NextAfter(after);
        }

        if (WholePrompt.Contains(name))
        {
            yield return values.Text.Trim(' ', ':', '.', ',', '\n', '"') is { Length: > 0 } said ? said : values.Prompt.Trim();
        }

        if (NamesSomebody.Contains(plain))
        {
            yield return values.Next(ValueKind.Name);
        }

        foreach (var preposition in new[] { "in", "for", "of", "at", "near", "about" })
        {
            yield return values.NextAfter(preposition);
        }

        // What stands after a preposition was meant; a name that stands anywhere is a guess, and a default is better than that.
        yield return preset;
        yield return values.Next(ValueKind.Name);
        if (!speaksOfMail)
        {
            yield return values.Next(ValueKind.Email, ValueKind.Url, ValueKind.Date);
        }
    }

    private static bool Fits(MergedSchema schema, string text)
    {
        var length = new StringInfo(text).LengthInTextElements;
        var codePoints = text.EnumerateRunes().Count();
        return length > 0 && codePoints >= (schema.Number("minLength") ?? 0) && codePoints <= (schema.Number("maxLength") ?? decimal.MaxValue)
            && StringFormat.Fits(schema.Text("format"), text)
            && (schema.Text("pattern") is not { } pattern || PatternSample.Fits(pattern, text));
    }

    private static string Sample(MergedSchema schema, string name, int ordinal)
    {
        if (schema.Text("pattern") is { } pattern && PatternSample.Make(pattern, ordinal) is { } patterned)
        {
            return patterned;
        }

        if (StringFormat.Sample(schema.Text("format"), ordinal) is { } formatted)
        {
            return formatted;
        }

        var text = ordinal == 0 ? $"sample {name}".TrimEnd() : $"sample {name}".TrimEnd() + $" {ordinal + 1}";
        var least = (int)Math.Min(schema.Number("minLength") ?? 0, LongestMade);
        var most = (int)Math.Min(schema.Number("maxLength") ?? LongestMade, LongestMade);
        if (text.Length > most)
        {
            // The end tells siblings apart.
            text = text[^Math.Max(most, 0)..];
        }

        return text.PadRight(least, 'x');
    }
}
