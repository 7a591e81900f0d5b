using System.Text;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Client;

/// <summary>
/// Puts steps together from events as a client does, from the wire's words alone (wire 14): deltas add to the step of their index, and a second start
/// for an index replaces what was there (design 5).
/// </summary>
public sealed class StreamFold
{
    private readonly SortedDictionary<int, JsonObject> _steps = [];
    private readonly Dictionary<int, StringBuilder> _arguments = [];

    /// <summary>The last status that was told.</summary>
    public string? Status { get; private set; }

    public JsonArray Steps => new([.. _steps.Values.Select(s => s.DeepClone())]);

    public static StreamFold Of(IEnumerable<ServerEvent> events)
    {
        var fold = new StreamFold();
        foreach (var value in events)
        {
            fold.Apply(value);
        }

        return fold;
    }

    public void Apply(ServerEvent value)
    {
        switch (value.Name)
        {
            case "interaction.created" or "interaction.completed":
                Status = value.Json.GetProperty("interaction").GetProperty("status").GetString();
                break;
            case "interaction.status_update":
                Status = value.Json.GetProperty("status").GetString();
                break;
            case "step.start":
                _arguments.Remove(value.Index);
                _steps[value.Index] = Object(value, "step");
                break;
            case "step.delta":
                Add(_steps[value.Index], Object(value, "delta"), value.Index);
                break;
            case "step.stop":
                Stop(value.Index);
                break;
        }
    }

    private static JsonObject Object(ServerEvent value, string member) => JsonNode.Parse(value.Json.GetProperty(member).GetRawText())!.AsObject();

    private void Add(JsonObject step, JsonObject delta, int index)
    {
        var type = (string)delta["type"]!;
        switch (type)
        {
            case "text":
                AddText(List(step, "content"), (string)delta["text"]!);
                break;
            case "text_annotation_delta":
                var text = LastText(List(step, "content"));
                foreach (var annotation in delta["annotations"]!.AsArray())
                {
                    List(text, "annotations").Add(annotation!.DeepClone());
                }

                break;
            case "image" or "audio" or "video" or "document":
                List(step, "content").Add(delta.DeepClone());
                break;
            case "thought_summary" when (string)delta["content"]!["type"]! == "text":
                AddText(List(step, "summary"), (string)delta["content"]!["text"]!);
                break;
            case "thought_summary":
                List(step, "summary").Add(delta["content"]!.DeepClone());
                break;
            case "thought_signature":
                step["signature"] = (string)delta["signature"]!;
                break;
            case "arguments_delta":
                (_arguments.TryGetValue(index, out var written) ? written : _arguments[index] = new StringBuilder()).Append((string)delta["arguments"]!);
                break;
            case var _ when type == (string?)step["type"]:
                // A server tool's delta brings its whole payload at once (behaviour SE-7).
                foreach (var (name, member) in delta)
                {
                    step[name] = member?.DeepClone();
                }

                break;
            default:
                throw new UnexpectedAnswerException($"A client does not know the delta '{type}'.");
        }
    }

    private void Stop(int index)
    {
        if (_arguments.Remove(index, out var written))
        {
            _steps[index]["arguments"] = JsonNode.Parse(written.ToString());
        }
    }

    private static void AddText(JsonArray blocks, string text)
    {
        var last = LastText(blocks);
        last["text"] = (string)last["text"]! + text;
    }

    private static JsonObject LastText(JsonArray blocks)
    {
        if (blocks is [.., JsonObject last] && (string)last["type"]! == "text")
        {
            return last;
        }

        var fresh = new JsonObject { ["type"] = "text", ["text"] = "" };
        blocks.Add(fresh);
        return fresh;
    }

    private static JsonArray List(JsonObject holder, string name) => holder[name] as JsonArray ?? (JsonArray)(holder[name] = new JsonArray());
}
