using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>Turns a scripted turn into the chunks, or the one object, of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatRenderer
{
    private readonly OpenAITurn _turn;
    private readonly JsonElement _request;
    private readonly ChatDialect _dialect;
    private readonly List<string> _frames = [];
    private readonly string _id = OpenAIJson.NewId("chatcmpl-")[..34];
    private int _written;

    private ChatRenderer(OpenAITurn turn, JsonElement request, ChatDialect dialect)
    {
        _turn = turn;
        _request = request;
        _dialect = dialect;
    }

    private bool UsageAsked => _request.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var asked) && asked.GetBoolean();

    private List<OpenAIOutput.Call> Calls => [.. _turn.Output.OfType<OpenAIOutput.Call>()];

    public static VendorReply Render(OpenAITurn turn, JsonElement request, ChatDialect dialect)
    {
        var renderer = new ChatRenderer(turn, request, dialect);
        if (OpenAIRules.Streams(request))
        {
            renderer.Stream();
            return VendorReply.Events(renderer._frames).WithHeader("x-request-id", "req_fake00000000000000000000000000");
        }

        return turn.Failure is var (code, message)
            ? new OpenAIError(500, message, null, code, "server_error").Reply()
            : VendorReply.Json(200, OpenAIJson.Text(renderer.Whole())).WithHeader("x-request-id", "req_fake00000000000000000000000000");
    }

    private void Stream()
    {
        Chunk(new JsonObject { ["role"] = "assistant", ["content"] = Calls.Count > 0 ? null : "", ["refusal"] = null });
        if (_dialect.Comment is { } comment)
        {
            _frames.Add(Sse.Comment(comment));
        }

        var call = 0;
        foreach (var output in _turn.Output)
        {
            switch (output)
            {
                case OpenAIOutput.Reasoning reasoning when _dialect.ReasoningField is { } field:
                    Pieces(field, string.Join("\n\n", reasoning.Summaries), 7);
                    break;
                case OpenAIOutput.Text text:
                    Pieces("content", text.Value, 5);
                    break;
                case OpenAIOutput.Refusal refusal:
                    Pieces("refusal", refusal.Value, 6);
                    break;
                case OpenAIOutput.Call one:
                    StreamCall(one, call++);
                    break;
            }
        }

        if (_turn.Failure is var (code, message))
        {
            _frames.Add(Sse.Frame(OpenAIJson.Text(new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = "server_error", ["param"] = null, ["code"] = code } })));
            return;
        }

        Chunk([], Finish());
        if (UsageAsked && !_dialect.NoUsage)
        {
            var last = Envelope("chat.completion.chunk");
            last["choices"] = new JsonArray();
            last["usage"] = Usage(_turn.Usage.Output);
            _frames.Add(Sse.Frame(OpenAIJson.Text(last)));
        }

        if (!_dialect.NoDoneMark)
        {
            _frames.Add(Sse.Frame("[DONE]"));
        }
    }

    private void StreamCall(OpenAIOutput.Call call, int index)
    {
        var id = CallId(call);
        var pieces = _dialect.WholeCall || _dialect.ObjectArguments ? [call.Arguments] : OpenAIJson.Pieces(call.Arguments, 4).ToList();
        if (!_dialect.WholeCall && !_dialect.ObjectArguments)
        {
            pieces.Insert(0, "");
        }

        for (var i = 0; i < pieces.Count; i++)
        {
            var head = i == 0 || _dialect.RepeatsName;
            var function = new JsonObject();
            if (head)
            {
                function["name"] = call.Name;
            }

            function["arguments"] = _dialect.ObjectArguments ? JsonNode.Parse(call.Arguments) : pieces[i];
            var fragment = new JsonObject();
            if (!_dialect.OmitsCallIndex)
            {
                fragment["index"] = index;
            }

            if (head)
            {
                if (!_dialect.OmitsCallId)
                {
                    fragment["id"] = id;
                }

                fragment["type"] = "function";
            }

            fragment["function"] = function;
            Chunk(new JsonObject { ["tool_calls"] = new JsonArray(fragment) });
        }
    }

    private JsonObject Whole()
    {
        var text = string.Concat(_turn.Output.OfType<OpenAIOutput.Text>().Select(t => t.Value));
        var refusal = _turn.Output.OfType<OpenAIOutput.Refusal>().FirstOrDefault()?.Value;
        var message = new JsonObject { ["role"] = "assistant", ["content"] = text.Length == 0 && (Calls.Count > 0 || refusal is not null) ? null : text, ["refusal"] = refusal };
        if (_dialect.ReasoningField is { } field)
        {
            message[field] = string.Join("\n\n", _turn.Output.OfType<OpenAIOutput.Reasoning>().SelectMany(r => r.Summaries));
        }

        message["annotations"] = new JsonArray();
        if (Calls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. Calls.Select(WholeCall)]);
        }

        var whole = Envelope("chat.completion");
        whole["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = Finish() });
        whole["usage"] = _dialect.NoUsage ? null : Usage(_turn.Usage.Output);
        return whole;
    }

    private JsonObject WholeCall(OpenAIOutput.Call call) => new()
    {
        ["id"] = CallId(call),
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = _dialect.ObjectArguments ? JsonNode.Parse(call.Arguments) : call.Arguments },
    };

    private string CallId(OpenAIOutput.Call call) => call.CallId ?? (_dialect.RepeatsCallId ? "call_0" : OpenAIJson.NewCallId());

    private string Finish() => _turn.IncompleteReason switch
    {
        "content_filter" => "content_filter",
        not null => "length",
        null => Calls.Count > 0 ? _dialect.FinishWithCalls : "stop",
    };

    private void Pieces(string field, string text, int size)
    {
        foreach (var piece in OpenAIJson.Pieces(text, size))
        {
            Chunk(new JsonObject { [field] = piece });
        }
    }

    private void Chunk(JsonObject delta, string? finish = null)
    {
        var chunk = Envelope("chat.completion.chunk");
        chunk["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish });
        if (_dialect.UsageInEveryChunk)
        {
            chunk["usage"] = Usage(Math.Min(++_written, _turn.Usage.Output));
        }
        else if (UsageAsked)
        {
            chunk["usage"] = null;
        }

        _frames.Add(Sse.Frame(OpenAIJson.Text(chunk)));
    }

    private JsonObject Envelope(string kind) => new()
    {
        ["id"] = _id, ["object"] = kind, ["created"] = OpenAIJson.Created, ["model"] = _request.GetProperty("model").GetString(), ["service_tier"] = "default", ["system_fingerprint"] = "fp_fake000001",
    };

    private JsonObject Usage(int output) => new()
    {
        ["prompt_tokens"] = _turn.Usage.Input,
        ["completion_tokens"] = output,
        ["total_tokens"] = _turn.Usage.Input + output,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = _turn.Usage.Cached, ["audio_tokens"] = 0 },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = _turn.Usage.Reasoning, ["audio_tokens"] = 0, ["accepted_prediction_tokens"] = 0, ["rejected_prediction_tokens"] = 0 },
    };
}
