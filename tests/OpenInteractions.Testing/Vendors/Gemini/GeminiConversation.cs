using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>What a request really carries, read from either wire.</summary>
/// <param name="UserTexts">Everything that the user said, in order.</param>
/// <param name="Results">Results at the very end of the conversation, as name and text; empty when the user spoke last.</param>
/// <param name="Functions">Names of the declared functions.</param>
/// <param name="Media">Number of media that the user's last turn carries.</param>
internal sealed record GeminiConversation(
    ImmutableArray<string> UserTexts, ImmutableArray<(string Name, string Text)> Results, ImmutableArray<string> Functions, int Media)
{
    public static GeminiConversation FromContents(JsonObject request)
    {
        var contents = request["contents"]!.AsArray();
        var texts = contents
            .Where(c => (string?)c!["role"] != "model")
            .Select(c => string.Concat(c!["parts"]!.AsArray().Select(p => (string?)p!["text"])))
            .Where(t => t.Length > 0);
        var last = contents[^1]!["parts"]!.AsArray();
        var results = last.Where(p => p!["functionResponse"] is not null).Select(p => p!["functionResponse"]!)
            .Select(r => ((string)r["name"]!, Describe(r["response"], (r["parts"] as JsonArray)?.Count ?? 0)));
        var functions = (request["tools"] as JsonArray ?? [])
            .SelectMany(t => t!["functionDeclarations"] as JsonArray ?? [])
            .Select(d => (string)d!["name"]!);
        return new([.. texts], [.. results], [.. functions], last.Count(p => p!["inlineData"] is not null || p["fileData"] is not null));
    }

    public static GeminiConversation FromSteps(JsonObject request)
    {
        var steps = InteractionCheck.StepsOf(request["input"]);
        var names = steps.Where(s => (string?)s["type"] == "function_call").ToDictionary(s => (string)s["id"]!, s => (string)s["name"]!);
        var inputs = steps.Where(s => (string?)s["type"] == "user_input").ToList();
        var results = steps.Reverse().TakeWhile(s => (string?)s["type"] == "function_result").Reverse()
            .Select(r => (names[(string)r["call_id"]!], Describe(r["result"], (r["result"] as JsonArray)?.Count(b => (string?)b!["type"] != "text") ?? 0)));
        var functions = (request["tools"] as JsonArray ?? []).Where(t => (string?)t!["type"] == "function").Select(t => (string)t!["name"]!);
        var spoken = (string?)steps[^1]["type"] == "user_input" ? steps[^1]["content"]!.AsArray().Count(b => (string?)b!["type"] != "text") : 0;
        return new(
            [.. inputs.Select(s => string.Concat(s["content"]!.AsArray().Select(b => (string?)b!["text"]))).Where(t => t.Length > 0)],
            [.. results],
            [.. functions],
            spoken);
    }

    private static string Describe(JsonNode? result, int media)
    {
        var text = result switch
        {
            JsonObject { Count: 1 } wrapped when wrapped.First().Value is JsonValue value => value.ToString(),
            JsonArray blocks => string.Concat(blocks.Select(b => (string?)b!["text"])),
            JsonValue value => value.ToString(),
            null => "nothing",
            _ => result.ToJsonString(),
        };
        return media > 0 ? $"{text} and {media} media" : text;
    }
}
