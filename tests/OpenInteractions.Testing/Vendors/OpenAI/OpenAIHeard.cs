using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>Reads the conversation out of a request of either wire. The request has passed the rules.</summary>
internal static class OpenAIHeard
{
    public static Heard Responses(JsonElement body)
    {
        var entries = new List<HeardEntry>();
        var system = body.TryGetProperty("instructions", out var instructions) ? instructions.GetString() : null;
        var input = body.GetProperty("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            entries.Add(new HeardEntry.User(input.GetString()!, []));
        }
        else
        {
            entries.AddRange(input.EnumerateArray().Select(ReadItem).OfType<HeardEntry>());
        }

        var functions = Declared(body, t => t);
        var choice = Choice(body, t => t, functions);
        var schema = body.TryGetProperty("text", out var text) && text.TryGetProperty("format", out var format) && format.TryGetProperty("schema", out var s) ? JsonNode.Parse(s.GetRawText()) : null;
        return new Heard(entries, choice.Functions, choice.Must, schema, system);
    }

    public static Heard Chat(JsonElement body)
    {
        var entries = new List<HeardEntry>();
        string? system = null;
        foreach (var message in body.GetProperty("messages").EnumerateArray())
        {
            var content = message.TryGetProperty("content", out var c) ? c : default;
            switch (message.GetProperty("role").GetString())
            {
                case "system" or "developer":
                    system += TextOf(content);
                    break;
                case "user":
                    entries.Add(new HeardEntry.User(TextOf(content), MediaOf(content)));
                    break;
                case "tool":
                    entries.Add(new HeardEntry.Result(message.GetProperty("tool_call_id").GetString()!, TextOf(content)));
                    break;
                default:
                    if (TextOf(content) is { Length: > 0 } text)
                    {
                        entries.Add(new HeardEntry.Model(text));
                    }

                    if (message.TryGetProperty("tool_calls", out var calls))
                    {
                        entries.AddRange(calls.EnumerateArray().Select(call => new HeardEntry.Call(call.GetProperty("id").GetString()!,
                            call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!)));
                    }

                    break;
            }
        }

        var functions = Declared(body, t => t.GetProperty("function"));
        var choice = Choice(body, t => t.GetProperty("function"), functions);
        var schema = body.TryGetProperty("response_format", out var format) && format.TryGetProperty("json_schema", out var js) && js.TryGetProperty("schema", out var s) ? JsonNode.Parse(s.GetRawText()) : null;
        return new Heard(entries, choice.Functions, choice.Must, schema, system);
    }

    private static HeardEntry? ReadItem(JsonElement item) => (item.TryGetProperty("type", out var type) ? type.GetString() : "message") switch
    {
        "function_call" => new HeardEntry.Call(item.GetProperty("call_id").GetString()!, item.GetProperty("name").GetString()!, item.GetProperty("arguments").GetString()!),
        "function_call_output" => new HeardEntry.Result(item.GetProperty("call_id").GetString()!,
            string.Join(" ", new[] { TextOf(item.GetProperty("output")) }.Concat(MediaOf(item.GetProperty("output")).Select(m => $"[{m}]")).Where(t => t.Length > 0))),
        "message" when item.GetProperty("role").GetString() == "assistant" => new HeardEntry.Model(TextOf(item.GetProperty("content"))),
        "message" when item.GetProperty("role").GetString() == "user" => new HeardEntry.User(TextOf(item.GetProperty("content")), MediaOf(item.GetProperty("content"))),
        _ => null,
    };

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join(" ", content.EnumerateArray()
            .Select(p => p.TryGetProperty("text", out var text) ? text.GetString() : p.TryGetProperty("refusal", out var refusal) ? refusal.GetString() : null).OfType<string>()),
        _ => "",
    };

    private static List<string> MediaOf(JsonElement content) =>
        content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray().Select(DescribeMedia).OfType<string>()] : [];

    private static string? DescribeMedia(JsonElement part) => part.GetProperty("type").GetString() switch
    {
        "input_image" => Describe("image", part.GetProperty("image_url").GetString()!),
        "image_url" => Describe("image", part.GetProperty("image_url").GetProperty("url").GetString()!),
        "input_file" => Describe("document", part.TryGetProperty("file_data", out var data) ? data.GetString()! : part.GetProperty("file_url").GetString()!),
        "file" => Describe("document", part.GetProperty("file").GetProperty("file_data").GetString()!),
        "input_audio" => $"audio/{part.GetProperty("input_audio").GetProperty("format").GetString()} {Convert.FromBase64String(part.GetProperty("input_audio").GetProperty("data").GetString()!).Length} bytes",
        _ => null,
    };

    private static string Describe(string kind, string url)
    {
        if (!url.StartsWith("data:", StringComparison.Ordinal))
        {
            return $"{kind} {url}";
        }

        var comma = url.IndexOf(',', StringComparison.Ordinal);
        return $"{url[5..comma].Split(';')[0]} {Convert.FromBase64String(url[(comma + 1)..]).Length} bytes";
    }

    private static List<HeardFunction> Declared(JsonElement body, Func<JsonElement, JsonElement> function) =>
        body.TryGetProperty("tools", out var tools)
            ? [.. tools.EnumerateArray().Where(t => t.GetProperty("type").GetString() == "function").Select(function).Select(f => new HeardFunction(
                f.GetProperty("name").GetString()!, OpenAIRules.Has(f, "parameters") ? JsonNode.Parse(f.GetProperty("parameters").GetRawText()) : null))]
            : [];

    private static (List<HeardFunction> Functions, bool Must) Choice(JsonElement body, Func<JsonElement, JsonElement> function, List<HeardFunction> declared)
    {
        if (!body.TryGetProperty("tool_choice", out var choice))
        {
            return (declared, false);
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            return choice.GetString() == "none" ? ([], false) : (declared, choice.GetString() == "required");
        }

        if (choice.GetProperty("type").GetString() == "function")
        {
            return (Named([choice]), true);
        }

        var allowed = choice.TryGetProperty("allowed_tools", out var nested) ? nested : choice;
        return (Named([.. allowed.GetProperty("tools").EnumerateArray()]), allowed.GetProperty("mode").GetString() == "required");

        List<HeardFunction> Named(List<JsonElement> choices) => [.. declared.Where(d => choices.Any(c => function(c).GetProperty("name").GetString() == d.Name))];
    }
}
