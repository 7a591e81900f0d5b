using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>Turns a scripted turn into the events of <c>/v1/responses</c>, in the order and with the members of the service.</summary>
internal sealed class ResponsesRenderer
{
    private readonly OpenAITurn _turn;
    private readonly JsonElement _request;
    private readonly IssuedReasoning _issued;
    private readonly List<string> _frames = [];
    private readonly JsonArray _output = [];
    private readonly string _id = OpenAIJson.NewId("resp_");
    private int _sequence;

    private ResponsesRenderer(OpenAITurn turn, JsonElement request, IssuedReasoning issued)
    {
        _turn = turn;
        _request = request;
        _issued = issued;
    }

    private string Model => _request.GetProperty("model").GetString()!;

    public static VendorReply Render(OpenAITurn turn, JsonElement request, IssuedReasoning issued)
    {
        var renderer = new ResponsesRenderer(turn, request, issued);
        var last = renderer.Run();
        var reply = OpenAIRules.Streams(request) ? VendorReply.Events(renderer._frames) : VendorReply.Json(200, OpenAIJson.Text(last));
        return reply.WithHeader("x-request-id", "req_fake00000000000000000000000000").WithHeader("openai-processing-ms", "12");
    }

    private JsonObject Run()
    {
        Emit("response.created", ("response", Response("in_progress")));
        Emit("response.in_progress", ("response", Response("in_progress")));
        var callIds = _turn.Output.Select(o => o is OpenAIOutput.Call call ? call.CallId ?? OpenAIJson.NewCallId() : "").ToArray();
        for (var i = 0; i < _turn.Output.Length; i++)
        {
            var cut = _turn.IncompleteReason is not null && i == _turn.Output.Length - 1;
            switch (_turn.Output[i])
            {
                case OpenAIOutput.Reasoning reasoning:
                    Reason(reasoning, Follower(i + 1, callIds));
                    break;
                case OpenAIOutput.Text text:
                    Say(text, cut);
                    break;
                case OpenAIOutput.Refusal refusal:
                    Refuse(refusal);
                    break;
                case OpenAIOutput.Ran ran:
                    RunTool(ran);
                    break;
                case OpenAIOutput.Call call:
                    CallFunction(call, callIds[i], cut);
                    break;
            }
        }

        var status = _turn.Failure is not null ? "failed" : _turn.IncompleteReason is not null ? "incomplete" : "completed";
        var last = Response(status);
        Emit($"response.{status}", ("response", last.DeepClone()));
        return last;
    }

    private string Follower(int index, string[] callIds) => index >= _turn.Output.Length ? "nothing" : _turn.Output[index] switch
    {
        OpenAIOutput.Call => IssuedReasoning.CallKey(callIds[index]),
        OpenAIOutput.Text text => IssuedReasoning.MessageKey,
        OpenAIOutput.Refusal refusal => IssuedReasoning.MessageKey,
        OpenAIOutput.Ran ran => IssuedReasoning.ItemKey(JsonNode.Parse(ran.Item)!["type"]!.GetValue<string>()),
        _ => "nothing",
    };

    private void Reason(OpenAIOutput.Reasoning reasoning, string follower)
    {
        var id = OpenAIJson.NewId("rs_");
        var item = new JsonObject { ["id"] = id, ["type"] = "reasoning", ["summary"] = new JsonArray() };
        if (Includes("reasoning.encrypted_content"))
        {
            var content = IssuedReasoning.NewContent();
            _issued.Remember(content, Model, follower);
            item["encrypted_content"] = content;
        }

        var index = Added(item);
        if (_request.TryGetProperty("reasoning", out var asked) && OpenAIRules.Has(asked, "summary"))
        {
            for (var i = 0; i < reasoning.Summaries.Length; i++)
            {
                Summarise(item, id, index, i, reasoning.Summaries[i]);
            }
        }

        Done(item, index);
    }

    private void Summarise(JsonObject item, string id, int index, int part, string text)
    {
        void At(string name, params (string, JsonNode?)[] members) => Emit(name, [("item_id", id), ("output_index", index), ("summary_index", part), .. members]);
        At("response.reasoning_summary_part.added", ("part", SummaryPart("")));
        foreach (var piece in OpenAIJson.Pieces(text, 7))
        {
            At("response.reasoning_summary_text.delta", ("delta", piece), ("obfuscation", "x9Qz"));
        }

        At("response.reasoning_summary_text.done", ("text", text));
        At("response.reasoning_summary_part.done", ("part", SummaryPart(text)));
        item["summary"]!.AsArray().Add(SummaryPart(text));
    }

    private static JsonObject SummaryPart(string text) => new() { ["type"] = "summary_text", ["text"] = text };

    private void Say(OpenAIOutput.Text text, bool cut)
    {
        var id = OpenAIJson.NewId("msg_");
        var item = Message(id);
        var index = Added(item);
        void At(string name, params (string, JsonNode?)[] members) => Emit(name, [("item_id", id), ("output_index", index), ("content_index", 0), .. members]);
        At("response.content_part.added", ("part", TextPart("", [])));
        foreach (var piece in OpenAIJson.Pieces(text.Value, 5))
        {
            At("response.output_text.delta", ("delta", piece), ("logprobs", new JsonArray()), ("obfuscation", "Kp3"));
        }

        var annotations = new JsonArray();
        foreach (var (start, end, url, title) in text.Citations)
        {
            var annotation = new JsonObject { ["type"] = "url_citation", ["end_index"] = end, ["start_index"] = start, ["title"] = title, ["url"] = url };
            At("response.output_text.annotation.added", ("annotation_index", annotations.Count), ("annotation", annotation.DeepClone()));
            annotations.Add(annotation);
        }

        At("response.output_text.done", ("text", text.Value), ("logprobs", new JsonArray()));
        var part = TextPart(text.Value, annotations);
        At("response.content_part.done", ("part", part.DeepClone()));
        item["content"] = new JsonArray(part);
        item["status"] = cut ? "incomplete" : "completed";
        Done(item, index);
    }

    private void Refuse(OpenAIOutput.Refusal refusal)
    {
        var id = OpenAIJson.NewId("msg_");
        var item = Message(id);
        var index = Added(item);
        void At(string name, params (string, JsonNode?)[] members) => Emit(name, [("item_id", id), ("output_index", index), ("content_index", 0), .. members]);
        At("response.content_part.added", ("part", new JsonObject { ["type"] = "refusal", ["refusal"] = "" }));
        foreach (var piece in OpenAIJson.Pieces(refusal.Value, 6))
        {
            At("response.refusal.delta", ("delta", piece));
        }

        At("response.refusal.done", ("refusal", refusal.Value));
        var part = new JsonObject { ["type"] = "refusal", ["refusal"] = refusal.Value };
        At("response.content_part.done", ("part", part.DeepClone()));
        item["content"] = new JsonArray(part);
        item["status"] = "completed";
        Done(item, index);
    }

    private void CallFunction(OpenAIOutput.Call call, string callId, bool cut)
    {
        var id = OpenAIJson.NewId("fc_");
        var item = new JsonObject
        {
            ["id"] = id, ["type"] = "function_call", ["status"] = "in_progress", ["arguments"] = "", ["call_id"] = callId, ["name"] = call.Name,
        };
        var index = Added(item);
        foreach (var piece in OpenAIJson.Pieces(call.Arguments, 4))
        {
            Emit("response.function_call_arguments.delta", ("item_id", id), ("output_index", index), ("delta", piece), ("obfuscation", "aB1"));
        }

        Emit("response.function_call_arguments.done", ("item_id", id), ("output_index", index), ("arguments", call.Arguments));
        item["arguments"] = call.Arguments;
        item["status"] = cut ? "incomplete" : "completed";
        Done(item, index);
    }

    private void RunTool(OpenAIOutput.Ran ran)
    {
        var item = JsonNode.Parse(ran.Item)!.AsObject();
        var type = item["type"]!.GetValue<string>();
        item["id"] = OpenAIJson.NewId(type[..2] + "_");
        var begun = new JsonObject { ["id"] = item["id"]!.DeepClone(), ["type"] = type, ["status"] = "in_progress" };
        var index = Added(begun);
        foreach (var stage in (string[])["in_progress", "completed"])
        {
            Emit($"response.{type}.{stage}", ("item_id", item["id"]!.DeepClone()), ("output_index", index));
        }

        Done(item, index);
    }

    private static JsonObject Message(string id) =>
        new() { ["id"] = id, ["type"] = "message", ["status"] = "in_progress", ["content"] = new JsonArray(), ["role"] = "assistant" };

    private static JsonObject TextPart(string text, JsonArray annotations) =>
        new() { ["type"] = "output_text", ["annotations"] = annotations, ["logprobs"] = new JsonArray(), ["text"] = text };

    private int Added(JsonObject item)
    {
        var index = _output.Count;
        Emit("response.output_item.added", ("output_index", index), ("item", item.DeepClone()));
        _output.Add(null);
        return index;
    }

    private void Done(JsonObject item, int index)
    {
        Emit("response.output_item.done", ("output_index", index), ("item", item.DeepClone()));
        _output[index] = item;
    }

    private void Emit(string name, params (string Name, JsonNode? Value)[] members)
    {
        var data = new JsonObject { ["type"] = name, ["sequence_number"] = _sequence++ };
        foreach (var (member, value) in members)
        {
            data[member] = value;
        }

        _frames.Add(Sse.Frame(name, OpenAIJson.Text(data)));
    }

    private bool Includes(string what) =>
        OpenAIRules.Has(_request, "include") && _request.GetProperty("include").EnumerateArray().Any(i => i.GetString() == what);

    private JsonObject Response(string status)
    {
        var over = status != "in_progress";
        var usage = _turn.Usage;
        return new JsonObject
        {
            ["id"] = _id,
            ["object"] = "response",
            ["created_at"] = OpenAIJson.Created,
            ["status"] = status,
            ["background"] = false,
            ["error"] = over && _turn.Failure is var (code, message) ? new JsonObject { ["code"] = code, ["message"] = message } : null,
            ["incomplete_details"] = over && status == "incomplete" ? new JsonObject { ["reason"] = _turn.IncompleteReason } : null,
            ["instructions"] = Echo("instructions"),
            ["max_output_tokens"] = Echo("max_output_tokens"),
            ["max_tool_calls"] = null,
            ["model"] = Model,
            ["output"] = over ? _output.DeepClone() : new JsonArray(),
            ["parallel_tool_calls"] = Echo("parallel_tool_calls") ?? true,
            ["previous_response_id"] = null,
            ["prompt_cache_key"] = null,
            ["reasoning"] = Echo("reasoning") ?? new JsonObject { ["effort"] = null, ["summary"] = null },
            ["safety_identifier"] = null,
            ["service_tier"] = over ? "default" : "auto",
            ["store"] = Echo("store") ?? true,
            ["temperature"] = Echo("temperature") ?? 1.0,
            ["text"] = Echo("text") ?? new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
            ["tool_choice"] = Echo("tool_choice") ?? "auto",
            ["tools"] = Echo("tools") ?? new JsonArray(),
            ["top_logprobs"] = 0,
            ["top_p"] = Echo("top_p") ?? 1.0,
            ["truncation"] = "disabled",
            ["usage"] = !over || status == "failed" ? null : new JsonObject
            {
                ["input_tokens"] = usage.Input,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.Cached },
                ["output_tokens"] = usage.Output,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.Reasoning },
                ["total_tokens"] = usage.Input + usage.Output,
            },
            ["user"] = null,
            ["metadata"] = new JsonObject(),
        };
    }

    private JsonNode? Echo(string name) => OpenAIRules.Has(_request, name) ? JsonNode.Parse(_request.GetProperty(name).GetRawText()) : null;
}
