using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors;

/// <summary>
/// Answers by looking at the conversation that really arrived, so that a test of a chain over several vendors proves that history came along.
/// <list type="bullet">
/// <item><c>call NAME with {json}</c>, also several in one prompt: calls those functions if they are declared;</item>
/// <item>after function results: names every result of the turn;</item>
/// <item><c>what did I say first?</c>: repeats the first user text of the history; <c>what did you say last?</c>, <c>how many turns?</c>;</item>
/// <item>media in the last user turn: says what arrived;</item>
/// <item>an answer schema: JSON that fits it; anything else: an echo.</item>
/// </list>
/// </summary>
public static partial class ContentResponder
{
    public static Said Answer(Heard heard)
    {
        if (heard.Entries is [.., HeardEntry.Result])
        {
            return Text(DescribeResults(heard), heard);
        }

        var last = heard.Entries.OfType<HeardEntry.User>().LastOrDefault();
        var prompt = last?.Text ?? "";
        var calls = CallPattern().Matches(prompt)
            .Select(m => (Name: m.Groups["name"].Value, Arguments: FirstJsonObject(prompt[(m.Index + m.Length)..])))
            .ToList();
        var undeclared = calls.FirstOrDefault(c => heard.Functions.All(f => f.Name != c.Name)).Name;
        if (calls.Count > 0 && undeclared is null)
        {
            return new Said(null, calls);
        }

        if (heard.MustCall && heard.Functions is [var function, ..])
        {
            return new Said(null, [(function.Name, SchemaSample.For(function.Schema).ToJsonString())]);
        }

        if (undeclared is not null)
        {
            return Text($"I have no function {undeclared}.", heard);
        }

        return Text(Reply(prompt, last, heard), heard);
    }

    private static string Reply(string prompt, HeardEntry.User? last, Heard heard)
    {
        if (prompt.Contains("what did I say first", StringComparison.OrdinalIgnoreCase))
        {
            return $"You said first: {heard.Entries.OfType<HeardEntry.User>().First().Text}";
        }

        if (prompt.Contains("what did you say last", StringComparison.OrdinalIgnoreCase))
        {
            return $"I said last: {heard.Entries.OfType<HeardEntry.Model>().LastOrDefault()?.Text ?? "nothing"}";
        }

        if (prompt.Contains("how many turns", StringComparison.OrdinalIgnoreCase))
        {
            return $"I see {heard.Entries.OfType<HeardEntry.User>().Count()} user turns.";
        }

        if (prompt.Contains("what results", StringComparison.OrdinalIgnoreCase))
        {
            return DescribeResults(heard);
        }

        return last is { Media.Count: > 0 } ? $"I received {string.Join(", ", last.Media)}. You said: {prompt}" : $"You said: {prompt}";
    }

    /// <summary>Structured output is kept even here: the real services never answer free text when a schema is set.</summary>
    private static Said Text(string text, Heard heard) =>
        new(heard.AnswerSchema is null ? text : SchemaSample.For(heard.AnswerSchema, text).ToJsonString(), []);

    private static string DescribeResults(Heard heard)
    {
        var names = heard.Entries.OfType<HeardEntry.Call>().GroupBy(c => c.Id).ToDictionary(g => g.Key, g => g.Last().Name);
        return string.Join(" ", heard.Entries.OfType<HeardEntry.Result>()
            .Select(r => $"{names.GetValueOrDefault(r.CallId, "an unknown call")} returned {r.Text}."));
    }

    private static string FirstJsonObject(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        var bytes = System.Text.Encoding.UTF8.GetBytes(start < 0 ? "{}" : text[start..]);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return "{}";
        }
    }

    [GeneratedRegex(@"\bcall (?<name>[A-Za-z0-9_-]+) with ", RegexOptions.IgnoreCase)]
    private static partial Regex CallPattern();
}

/// <summary>The smallest value that fits a JSON Schema of the kind that callers declare.</summary>
public static class SchemaSample
{
    public static JsonNode For(JsonNode? schema, string text = "sample")
    {
        if (schema is not JsonObject o)
        {
            return new JsonObject();
        }

        if (o["enum"] is JsonArray { Count: > 0 } values)
        {
            return values[0]!.DeepClone();
        }

        if (o["const"] is { } constant)
        {
            return constant.DeepClone();
        }

        return Type(o) switch
        {
            "string" => JsonValue.Create(text),
            "integer" => JsonValue.Create(o["minimum"]?.GetValue<int>() ?? 1),
            "number" => JsonValue.Create(o["minimum"]?.GetValue<double>() ?? 1.5),
            "boolean" => JsonValue.Create(true),
            "array" => new JsonArray([.. Enumerable.Range(0, Math.Max(1, o["minItems"]?.GetValue<int>() ?? 1)).Select(_ => For(o["items"], text))]),
            _ => new JsonObject((o["properties"] as JsonObject ?? []).Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, For(p.Value, text)))),
        };
    }

    private static string Type(JsonObject schema) => schema["type"] switch
    {
        JsonArray { Count: > 0 } several => several[0]!.GetValue<string>(),
        JsonValue one => one.GetValue<string>(),
        _ => "object",
    };
}
