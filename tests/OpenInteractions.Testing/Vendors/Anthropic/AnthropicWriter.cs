using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>An answer in the service's two forms: one message, or its event sequence.</summary>
internal static class AnthropicWriter
{
    public static VendorReply Write(AnthropicAnswer answer, bool stream, string requestId)
    {
        if (stream)
        {
            return VendorReply.Events(Frames(answer, requestId)).WithHeader("request-id", requestId);
        }

        if (answer.Turn.StreamError is var (type, message))
        {
            return AnthropicRefusal.Reply(type == "overloaded_error" ? 529 : 500, type, message, requestId);
        }

        var body = Message(answer, [.. answer.Blocks.Select(b => (JsonNode)b.Block.DeepClone())], Usage(answer, final: true));
        body["stop_reason"] = answer.StopReason;
        body["stop_sequence"] = answer.Turn.StopSequence;
        body["stop_details"] = answer.Turn.StopDetails?.DeepClone();
        return VendorReply.Json(200, body.ToJsonString(AnthropicJson.Relaxed)).WithHeader("request-id", requestId);
    }

    private static IEnumerable<string> Frames(AnthropicAnswer answer, string requestId)
    {
        yield return Frame("message_start", new JsonObject { ["message"] = Message(answer, [], Usage(answer, final: false)) });
        var index = 0;
        foreach (var (block, script) in answer.Blocks)
        {
            yield return Frame("content_block_start", new JsonObject { ["index"] = index, ["content_block"] = Shell(block, script) });
            if (index == 0)
            {
                yield return Frame("ping", []);
            }

            foreach (var delta in Deltas(block, script))
            {
                yield return Frame("content_block_delta", new JsonObject { ["index"] = index, ["delta"] = delta });
                for (var ping = 0; ping < answer.Turn.PingsBetween; ping++)
                {
                    yield return Frame("ping", []);
                }
            }

            yield return Frame("content_block_stop", new JsonObject { ["index"] = index });
            index++;
        }

        if (answer.Turn.StreamError is var (type, message))
        {
            yield return Sse.Frame("error", AnthropicRefusal.Body(type, message, requestId).ToJsonString(AnthropicJson.Relaxed));
            yield break;
        }

        yield return Frame("message_delta", new JsonObject
        {
            ["delta"] = new JsonObject { ["stop_reason"] = answer.StopReason, ["stop_sequence"] = answer.Turn.StopSequence, ["stop_details"] = answer.Turn.StopDetails?.DeepClone() },
            ["usage"] = Usage(answer, final: true),
        });
        yield return Frame("message_stop", []);
    }

    private static JsonObject Shell(JsonObject block, AnthropicTurn.Block script)
    {
        var shell = block.DeepClone().AsObject();
        switch (script)
        {
            case AnthropicTurn.Block.Text text:
                shell["text"] = "";
                shell.Remove("citations");
                if (text.Citations.Length > 0)
                {
                    shell["citations"] = new JsonArray();
                }

                break;
            case AnthropicTurn.Block.Thinking:
                shell["thinking"] = "";
                shell["signature"] = "";
                break;
            case AnthropicTurn.Block.ToolUse:
                shell["input"] = new JsonObject();
                break;
            case AnthropicTurn.Block.Raw when (string?)shell["type"] == "server_tool_use":
                shell["input"] = new JsonObject();
                break;
        }

        return shell;
    }

    private static IEnumerable<JsonObject> Deltas(JsonObject block, AnthropicTurn.Block script)
    {
        switch (script)
        {
            case AnthropicTurn.Block.Text text:
                foreach (var fragment in text.Fragments)
                {
                    yield return new JsonObject { ["type"] = "text_delta", ["text"] = fragment };
                }

                foreach (var citation in text.Citations)
                {
                    yield return new JsonObject { ["type"] = "citations_delta", ["citation"] = JsonNode.Parse(citation) };
                }

                break;
            case AnthropicTurn.Block.Thinking thinking:
                if ((string?)block["thinking"] != "")
                {
                    foreach (var fragment in thinking.Fragments)
                    {
                        yield return new JsonObject { ["type"] = "thinking_delta", ["thinking"] = fragment };
                    }
                }

                yield return new JsonObject { ["type"] = "signature_delta", ["signature"] = (string?)block["signature"] };
                break;
            case AnthropicTurn.Block.ToolUse call:
                // The service always begins with an empty fragment; a call without arguments has no other.
                foreach (var fragment in call.Fragments.Prepend(""))
                {
                    yield return new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = fragment };
                }

                break;
            case AnthropicTurn.Block.Raw when (string?)block["type"] == "server_tool_use":
                yield return new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = block["input"]!.ToJsonString(AnthropicJson.Relaxed) };
                break;
        }
    }

    private static JsonObject Message(AnthropicAnswer answer, JsonArray content, JsonObject usage) => new()
    {
        ["id"] = answer.Id,
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = answer.Model,
        ["content"] = content,
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["stop_details"] = null,
        ["container"] = null,
        ["usage"] = usage,
    };

    private static JsonObject Usage(AnthropicAnswer answer, bool final)
    {
        var usage = new JsonObject
        {
            ["input_tokens"] = answer.Fresh,
            ["cache_creation_input_tokens"] = answer.Written,
            ["cache_read_input_tokens"] = answer.Read,
            ["output_tokens"] = final ? answer.OutputTokens : 1,
        };
        if (final)
        {
            usage["output_tokens_details"] = new JsonObject { ["thinking_tokens"] = answer.Turn.ThinkingTokens };
        }
        else
        {
            usage["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = answer.Written, ["ephemeral_1h_input_tokens"] = 0 };
            usage["service_tier"] = "standard";
            usage["inference_geo"] = "not_available";
        }

        return usage;
    }

    private static string Frame(string type, JsonObject rest)
    {
        var data = new JsonObject { ["type"] = type };
        foreach (var (name, value) in rest.ToList())
        {
            rest.Remove(name);
            data[name] = value;
        }

        return Sse.Frame(type, data.ToJsonString(AnthropicJson.Relaxed));
    }
}
