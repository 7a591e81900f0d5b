using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>A turn made concrete for one request: ids and signatures issued, blocks final, usage counted.</summary>
internal sealed class AnthropicAnswer
{
    private readonly List<(JsonObject Block, AnthropicTurn.Block Script)> _blocks = [];

    public AnthropicAnswer(AnthropicTurn turn, JsonElement request, IssuedBlocks issued, PromptCache cache)
    {
        var model = AnthropicModel.Find(request.Text("model")!)!;
        var transcript = new Transcript(request);
        Turn = turn;
        Model = request.Text("model")!;
        Id = issued.Id("msg");
        var before = transcript.Hash;
        foreach (var script in Allowed(turn, request, model))
        {
            var block = Make(script, model, issued, before, ThinkingRules.ShowsThinking(request, model));
            _blocks.Add((block, script));
            before = Transcript.Next(before, "assistant", JsonSerializer.SerializeToElement(block, AnthropicJson.Relaxed));
        }

        var calls = _blocks.Where(b => (string?)b.Block["type"] == "tool_use").Select(b => (string)b.Block["id"]!).ToList();
        StopReason = turn.StopReason ?? (calls.Count > 0 ? "tool_use" : "end_turn");
        var opaque = _blocks.Select(b => IssuedBlocks.OpaqueOf(b.Block)).OfType<string>().ToList();
        var first = _blocks.Count > 0 && IssuedBlocks.OpaqueOf(_blocks[0].Block) is not null;
        issued.Remember(new(model.Id, transcript.Hash, first, opaque), calls, paused: StopReason == "pause_turn", before);
        (Fresh, Written, Read) = cache.Account(transcript);
    }

    public AnthropicTurn Turn { get; }

    public string Id { get; }

    public string Model { get; }

    public string StopReason { get; }

    public int Fresh { get; }

    public int Written { get; }

    public int Read { get; }

    public int OutputTokens => 1 + Turn.ThinkingTokens + _blocks.Sum(b => b.Block.ToJsonString().Length / 4);

    public IReadOnlyList<(JsonObject Block, AnthropicTurn.Block Script)> Blocks => _blocks;

    private static IEnumerable<AnthropicTurn.Block> Allowed(AnthropicTurn turn, JsonElement request, AnthropicModel model)
    {
        var thinks = ThinkingRules.Thinks(request, model);
        var oneCall = request.Member("tool_choice") is { } choice && choice.Flag("disable_parallel_tool_use");
        var called = false;
        foreach (var block in turn.Blocks)
        {
            if (block is AnthropicTurn.Block.Thinking or AnthropicTurn.Block.Redacted && !thinks)
            {
                continue;
            }

            if (block is AnthropicTurn.Block.ToolUse)
            {
                if (called && oneCall)
                {
                    continue;
                }

                called = true;
            }

            yield return block;
        }
    }

    private static JsonObject Make(AnthropicTurn.Block script, AnthropicModel model, IssuedBlocks issued, byte[] before, bool showsThinking)
    {
        switch (script)
        {
            case AnthropicTurn.Block.Text text:
                return new JsonObject
                {
                    ["type"] = "text",
                    ["text"] = string.Concat(text.Fragments),
                    ["citations"] = text.Citations.Length == 0 ? null : new JsonArray([.. text.Citations.Select(c => JsonNode.Parse(c))]),
                };
            case AnthropicTurn.Block.Thinking thinking:
                var shown = showsThinking ? string.Concat(thinking.Fragments) : "";
                return new JsonObject { ["type"] = "thinking", ["thinking"] = shown, ["signature"] = issued.Sign(model.Id, "thinking", shown, before) };
            case AnthropicTurn.Block.Redacted:
                return new JsonObject { ["type"] = "redacted_thinking", ["data"] = issued.Sign(model.Id, "redacted_thinking", "", before) };
            case AnthropicTurn.Block.ToolUse call:
                return new JsonObject
                {
                    ["type"] = "tool_use",
                    ["id"] = call.Id ?? issued.Id("toolu"),
                    ["name"] = call.Name,
                    ["input"] = Input(string.Concat(call.Fragments)),
                    ["caller"] = new JsonObject { ["type"] = "direct" },
                };
            case AnthropicTurn.Block.Raw raw:
                return JsonNode.Parse(raw.Json)!.AsObject();
            default:
                throw new InvalidOperationException("Unknown block.");
        }
    }

    /// <summary>Input that a limit cut off is not JSON; the whole answer then shows an empty object, as the stream's reader would have to.</summary>
    private static JsonNode Input(string json)
    {
        try
        {
            return json.Length == 0 ? new JsonObject() : JsonNode.Parse(json)!;
        }
        catch (JsonException)
        {
            return new JsonObject();
        }
    }
}
