using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>Answers from what the conversation really holds, so that a test sees whether the history arrived.</summary>
internal static partial class AnthropicResponder
{
    public static AnthropicTurn Answer(JsonElement body)
    {
        var turn = AnthropicTurn.Empty.Thinks("The conversation has ", $"{body.GetProperty("messages").GetArrayLength()} messages.").WithThinkingTokens(7);
        var last = Transcript.Blocks(body.GetProperty("messages").EnumerateArray().Last().Member("content")).ToList();
        if (last.Any(b => b.Text("type") == "tool_result"))
        {
            return turn.Says(InPieces(string.Join(" ", last.Where(b => b.Text("type") == "tool_result").Select(b => Describe(b, body)))));
        }

        var text = string.Join("\n", last.Where(b => b.Text("type") == "text").Select(b => b.Text("text")));
        if (Calls(text, body) is { Count: > 0 } calls)
        {
            return calls.Aggregate(turn, (t, call) => t.Calls(call.Name, InPieces(call.Input)));
        }

        if (body.Member("output_config")?.Member("format")?.Member("schema") is { } schema)
        {
            return turn.Says(InPieces(Fitting(schema).ToJsonString(AnthropicJson.Relaxed)));
        }

        if (text.Contains("what did i say first", StringComparison.OrdinalIgnoreCase))
        {
            return turn.Says(InPieces($"You first said: {FirstUserText(body)}"));
        }

        var media = string.Concat(last.Where(b => b.Text("type") is "image" or "document").Select(b => $" I see {Media(b)}."));
        return turn.Says(InPieces($"You said: {text}{media}"));
    }

    private static List<(string Name, string Input)> Calls(string text, JsonElement body)
    {
        var declared = Declared(body);
        var choice = body.Member("tool_choice");
        if (choice?.Text("type") == "none")
        {
            return [];
        }

        var named = Call().Matches(text).Select(m => (Name: m.Groups[1].Value, Input: m.Groups[2].Value)).Where(c => declared.Contains(c.Name)).ToList();
        return choice?.Text("type") switch
        {
            "tool" when named.Count == 0 => [(choice.Value.Text("name")!, "{}")],
            "any" when named.Count == 0 => [(declared[0], "{}")],
            _ => named,
        };
    }

    private static List<string> Declared(JsonElement body) =>
        body.Member("tools") is { } tools ? [.. tools.EnumerateArray().Select(t => t.Text("name")!)] : [];

    private static string Describe(JsonElement result, JsonElement body)
    {
        var name = Transcript.Blocks(body.GetProperty("messages")[body.GetProperty("messages").GetArrayLength() - 2].Member("content"))
            .First(b => b.Text("id") == result.Text("tool_use_id")).Text("name");
        var content = string.Join(" ", Transcript.Blocks(result.Member("content")).Select(b => b.Text("type") == "text" ? b.Text("text") : $"[{Media(b)}]"));
        return result.Flag("is_error") ? $"{name} failed: {content}." : $"{name} returned {content}.";
    }

    private static string Media(JsonElement block)
    {
        var source = block.GetProperty("source");
        return source.Text("type") switch
        {
            "base64" => $"{source.Text("media_type")} of {Convert.FromBase64String(source.Text("data")!).Length} bytes",
            "url" => $"{block.Text("type")} at {source.Text("url")}",
            var other => $"{block.Text("type")} ({other})",
        };
    }

    private static string FirstUserText(JsonElement body) =>
        body.GetProperty("messages").EnumerateArray().Where(m => m.Text("role") == "user")
            .SelectMany(m => Transcript.Blocks(m.Member("content"))).First(b => b.Text("type") == "text").Text("text")!;

    private static JsonNode Fitting(JsonElement schema)
    {
        if (schema.Member("enum") is { } values)
        {
            return JsonNode.Parse(values[0].GetRawText())!;
        }

        switch (schema.Text("type"))
        {
            case "object":
                var fitting = new JsonObject();
                foreach (var property in schema.Member("properties")?.EnumerateObject() ?? default)
                {
                    fitting[property.Name] = Fitting(property.Value);
                }

                return fitting;
            case "array":
                return schema.Member("items") is { } items ? new JsonArray(Fitting(items)) : new JsonArray();
            case "integer" or "number":
                return JsonValue.Create(7);
            case "boolean":
                return JsonValue.Create(true);
            default:
                return JsonValue.Create("text");
        }
    }

    /// <summary>A few characters per delta, never through the middle of a surrogate pair.</summary>
    private static string[] InPieces(string text)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(7, text.Length - at);
            if (char.IsHighSurrogate(text[at + length - 1]) && at + length < text.Length)
            {
                length++;
            }

            pieces.Add(text.Substring(at, length));
            at += length;
        }

        return [.. pieces];
    }

    [GeneratedRegex(@"call (\S+) with (\{.*?\})(?=\s|$|[.,;])", RegexOptions.Singleline)]
    private static partial Regex Call();
}
