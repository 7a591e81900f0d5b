using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>Answers from what the conversation really holds, in the words that all fakes share (<see cref="ContentResponder"/>).</summary>
internal static class AnthropicResponder
{
    public static AnthropicTurn Answer(JsonElement body)
    {
        var heard = Hear(body);
        var said = ContentResponder.Answer(heard);
        var turn = AnthropicTurn.Empty.Thinks("The conversation has ", $"{heard.Entries.Count} parts.").WithThinkingTokens(7);
        turn = said.Text is { Length: > 0 } text ? turn.Says(InPieces(text)) : turn;
        return said.Calls.Aggregate(turn, (t, call) => t.Calls(call.Name, InPieces(call.Arguments)));
    }

    private static Heard Hear(JsonElement body)
    {
        var choice = body.Member("tool_choice");
        var functions = Functions(body, choice).ToList();
        var schema = body.Member("output_config")?.Member("format")?.Member("schema");
        var system = string.Join("\n", Transcript.Blocks(body.Member("system")).Select(b => b.Text("text")));
        return new Heard(
            [.. body.GetProperty("messages").EnumerateArray().SelectMany(Entries)], functions, choice?.Text("type") is "any" or "tool",
            schema is null ? null : JsonNode.Parse(schema.Value.GetRawText()), system.Length == 0 ? null : system);
    }

    private static IEnumerable<HeardFunction> Functions(JsonElement body, JsonElement? choice)
    {
        if (choice?.Text("type") == "none" || body.Member("tools") is not { } tools)
        {
            return [];
        }

        return tools.EnumerateArray().Where(t => t.Member("input_schema") is not null && (choice?.Text("name") is not { } only || t.Text("name") == only))
            .Select(t => new HeardFunction(t.Text("name")!, JsonNode.Parse(t.GetProperty("input_schema").GetRawText())));
    }

    private static IEnumerable<HeardEntry> Entries(JsonElement message)
    {
        var blocks = Transcript.Blocks(message.Member("content")).ToList();
        var text = string.Join("\n", blocks.Where(b => b.Text("type") == "text").Select(b => b.Text("text")));
        if (message.Text("role") == "assistant")
        {
            return
            [
                .. text.Length > 0 ? [new HeardEntry.Model(text)] : Array.Empty<HeardEntry>(),
                .. blocks.Where(b => b.Text("type") == "tool_use").Select(b => new HeardEntry.Call(b.Text("id")!, b.Text("name")!, b.GetProperty("input").GetRawText())),
            ];
        }

        // Results stand first, so a user who says something beside them is heard last.
        var media = blocks.Where(b => b.Text("type") is "image" or "document").Select(Media).ToList();
        return
        [
            .. blocks.Where(b => b.Text("type") == "tool_result").Select(Result),
            .. text.Length + media.Count > 0 ? [new HeardEntry.User(text, media)] : Array.Empty<HeardEntry>(),
        ];
    }

    private static HeardEntry.Result Result(JsonElement block)
    {
        var text = string.Join(" ", Transcript.Blocks(block.Member("content")).Select(b => b.Text("type") == "text" ? b.Text("text") : $"[{Media(b)}]"));
        return new HeardEntry.Result(block.Text("tool_use_id")!, block.Flag("is_error") ? $"an error: {text}" : text);
    }

    private static string Media(JsonElement block)
    {
        var source = block.GetProperty("source");
        return source.Text("type") switch
        {
            "base64" => $"{source.Text("media_type")} {Convert.FromBase64String(source.Text("data")!).Length} bytes",
            "url" => $"{block.Text("type")} at {source.Text("url")}",
            _ => $"{source.Text("media_type")} {source.Text("data")!.Length} characters",
        };
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
}
