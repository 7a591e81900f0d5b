using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>Writes a scripted turn as the Interactions service does: a stream of numbered events, or one object with the steps those events add up to.</summary>
internal sealed class InteractionWriter(GeminiTurn turn, string model, Func<string> newCallId)
{
    private const string Created = "2026-11-21T10:00:00Z";
    private const string Updated = "2026-11-21T10:00:02Z";

    private readonly string _id = "v1_" + Guid.NewGuid().ToString("N");
    private int _events;

    /// <summary>The steps of the answer; also what has to come back.</summary>
    public ImmutableArray<JsonObject> Steps { get; } = [.. StepsOf(turn, newCallId)];

    private string? ErrorCode => turn switch
    {
        { Error: { } error } => error.Code,
        { BlockReason: { } reason } => reason is "OTHER" ? "content_blocked" : reason.ToLowerInvariant(),
        { FinishReason: "STOP" or "MAX_TOKENS" } => null,
        _ => turn.FinishReason.ToLowerInvariant(),
    };

    private string Status =>
        ErrorCode is not null ? "failed"
        : turn.ContinuationToken is not null ? "requires_continuation"
        : turn.FinishReason == "MAX_TOKENS" ? "incomplete"
        : Steps.Any(s => (string?)s["type"] == "function_call") ? "requires_action"
        : "completed";

    public string Unary()
    {
        var interaction = Envelope(Status, whole: true);
        interaction["steps"] = new JsonArray([.. Steps.Select(s => s.DeepClone())]);
        if (ErrorCode is { } code)
        {
            interaction["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = Message(code) });
        }

        return interaction.ToJsonString();
    }

    public IEnumerable<string> Frames()
    {
        yield return Event("interaction.created", e => e["interaction"] = Envelope("in_progress", whole: false));
        yield return Event("interaction.status_update", e =>
        {
            e["interaction_id"] = _id;
            e["status"] = "in_progress";
        });
        for (var i = 0; i < Steps.Length; i++)
        {
            foreach (var frame in StepFrames(i, Steps[i]))
            {
                yield return frame;
            }
        }

        if (ErrorCode is { } code)
        {
            yield return Event("error", e => e["error"] = new JsonObject { ["code"] = code, ["message"] = Message(code) });
        }

        if (turn.Error is null)
        {
            yield return Event("interaction.completed", e => e["interaction"] = Envelope(Status, whole: true));
        }

        yield return "event: done\ndata: [DONE]\n\n";
    }

    private string Message(string code) => turn.Error?.Message ?? turn.FinishMessage ?? $"The response was stopped: {code}.";

    private IEnumerable<string> StepFrames(int index, JsonObject step)
    {
        var type = (string)step["type"]!;
        var fragments = Fragments(index);
        var started = turn.TextInStart && type == "model_output" && fragments.Count > 0;
        yield return Event("step.start", e =>
        {
            e["index"] = index;
            e["step"] = Shell(step, started ? fragments[0] : null);
        });
        foreach (var delta in Deltas(step, type, started ? fragments.Skip(1) : fragments))
        {
            yield return Event("step.delta", e =>
            {
                e["index"] = index;
                e["delta"] = delta;
            });
        }

        yield return Event("step.stop", e => e["index"] = index);
    }

    private static JsonObject Shell(JsonObject step, string? text)
    {
        var shell = new JsonObject { ["type"] = step["type"]!.DeepClone() };
        foreach (var name in (string[])["id", "call_id", "name"])
        {
            if (step[name] is { } value)
            {
                shell[name] = value.DeepClone();
            }
        }

        if (step.ContainsKey("arguments"))
        {
            shell["arguments"] = new JsonObject();
        }

        if ((string?)step["type"] == "function_call" && step["signature"] is { } signature)
        {
            shell["signature"] = signature.DeepClone();
        }

        if (text is not null)
        {
            shell["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text });
        }

        return shell;
    }

    private static IEnumerable<JsonObject> Deltas(JsonObject step, string type, IEnumerable<string> fragments)
    {
        switch (type)
        {
            case "thought":
                foreach (var fragment in fragments)
                {
                    yield return new JsonObject { ["type"] = "thought_summary", ["content"] = new JsonObject { ["type"] = "text", ["text"] = fragment } };
                }

                if (step["signature"] is { } signature)
                {
                    yield return new JsonObject { ["type"] = "thought_signature", ["signature"] = signature.DeepClone() };
                }

                break;
            case "model_output":
                foreach (var fragment in fragments)
                {
                    yield return new JsonObject { ["type"] = "text", ["text"] = fragment };
                }

                foreach (var block in step["content"]!.AsArray())
                {
                    if (block!["annotations"] is { } annotations)
                    {
                        yield return new JsonObject { ["type"] = "text_annotation_delta", ["annotations"] = annotations.DeepClone() };
                    }
                    else if ((string?)block["type"] != "text")
                    {
                        yield return block.DeepClone().AsObject();
                    }
                }

                break;
            case "function_call":
                var arguments = step["arguments"]!.ToJsonString();
                var cut = Math.Max(1, arguments.Length / 2);
                yield return new JsonObject { ["type"] = "arguments_delta", ["arguments"] = arguments[..cut] };
                if (cut < arguments.Length)
                {
                    yield return new JsonObject { ["type"] = "arguments_delta", ["arguments"] = arguments[cut..] };
                }

                break;
            default:
                var delta = step.DeepClone().AsObject();
                delta.Remove("id");
                delta.Remove("call_id");
                yield return delta;
                break;
        }
    }

    /// <summary>The text fragments of a step, as the script cut them.</summary>
    private List<string> Fragments(int index) => Plan(turn).ElementAt(index) switch
    {
        GeminiPiece.Thought(var fragments) => [.. fragments],
        GeminiPiece.Text(var fragments, _) => [.. fragments],
        _ => [],
    };

    /// <summary>One entry per step: the piece it comes from, or null for a step that only carries a signature or a result.</summary>
    private static IEnumerable<GeminiPiece?> Plan(GeminiTurn turn)
    {
        foreach (var piece in turn.Pieces)
        {
            if (NeedsThoughtBefore(turn, piece))
            {
                yield return null;
            }

            yield return piece;
            if (piece is GeminiPiece.Code or GeminiPiece.Search or GeminiPiece.Places)
            {
                yield return null;
            }
        }
    }

    /// <summary>Text and media have no place for a signature on this wire, and a call's usually rides on a thought too (behaviour FN-14).</summary>
    private static bool NeedsThoughtBefore(GeminiTurn turn, GeminiPiece piece) => piece.Signature is not null && piece switch
    {
        GeminiPiece.Text or GeminiPiece.Media => true,
        GeminiPiece.Call => !turn.SignatureOnCall,
        _ => false,
    };

    private static IEnumerable<JsonObject> StepsOf(GeminiTurn turn, Func<string> newCallId)
    {
        foreach (var piece in turn.Pieces)
        {
            if (NeedsThoughtBefore(turn, piece))
            {
                yield return new JsonObject { ["type"] = "thought", ["signature"] = piece.Signature };
            }

            foreach (var step in StepsOf(turn, piece, newCallId))
            {
                yield return step;
            }
        }
    }

    private static IEnumerable<JsonObject> StepsOf(GeminiTurn turn, GeminiPiece piece, Func<string> newCallId)
    {
        switch (piece)
        {
            case GeminiPiece.Thought(var fragments):
                var thought = new JsonObject { ["type"] = "thought" };
                if (piece.Signature is not null)
                {
                    thought["signature"] = piece.Signature;
                }

                if (fragments.Length > 0)
                {
                    thought["summary"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = string.Concat(fragments) });
                }

                yield return thought;
                break;
            case GeminiPiece.Text(var fragments, _):
                var text = new JsonObject { ["type"] = "text", ["text"] = string.Concat(fragments) };
                if (Annotations(turn) is { Count: > 0 } annotations)
                {
                    text["annotations"] = annotations;
                }

                yield return new JsonObject { ["type"] = "model_output", ["content"] = new JsonArray(text) };
                break;
            case GeminiPiece.Media(var mimeType, var data):
                var kind = mimeType[..mimeType.IndexOf('/', StringComparison.Ordinal)];
                yield return new JsonObject
                {
                    ["type"] = "model_output",
                    ["content"] = new JsonArray(new JsonObject { ["type"] = kind, ["mime_type"] = mimeType, ["data"] = data }),
                };
                break;
            case GeminiPiece.Call call:
                var step = new JsonObject { ["type"] = "function_call", ["id"] = call.Id ?? newCallId(), ["name"] = call.Name, ["arguments"] = call.Arguments.DeepClone() };
                if (piece.Signature is not null && turn.SignatureOnCall)
                {
                    step["signature"] = piece.Signature;
                }

                yield return step;
                break;
            case GeminiPiece.Code code:
                var codeId = newCallId();
                yield return new JsonObject { ["type"] = "code_execution_call", ["id"] = codeId, ["arguments"] = new JsonObject { ["language"] = "python", ["code"] = code.Source } };
                var ran = new JsonObject { ["type"] = "code_execution_result", ["call_id"] = codeId, ["result"] = code.Output, ["is_error"] = code.Failed };
                if (piece.Signature is not null)
                {
                    ran["signature"] = piece.Signature;
                }

                yield return ran;
                break;
            case GeminiPiece.Places places:
                var placesId = newCallId();
                yield return new JsonObject { ["type"] = "google_maps_call", ["id"] = placesId, ["arguments"] = new JsonObject { ["queries"] = new JsonArray(places.Query) } };
                var looked = new JsonObject { ["places"] = new JsonArray([.. places.Found.Select(p => new JsonObject { ["name"] = p.Name, ["place_id"] = p.Id, ["url"] = p.Url })]) };
                if (places.WidgetToken is { } token)
                {
                    looked["widget_context_token"] = token;
                }

                yield return new JsonObject { ["type"] = "google_maps_result", ["call_id"] = placesId, ["result"] = new JsonArray(looked) };
                break;
            case GeminiPiece.Search search:
                var searchId = newCallId();
                yield return new JsonObject { ["type"] = "google_search_call", ["id"] = searchId, ["arguments"] = new JsonObject { ["queries"] = new JsonArray(search.Query) } };
                yield return new JsonObject
                {
                    ["type"] = "google_search_result",
                    ["call_id"] = searchId,
                    ["result"] = new JsonArray(new JsonObject { ["search_suggestions"] = search.SuggestionsHtml }),
                };
                break;
        }
    }

    private static JsonArray Annotations(GeminiTurn turn) => new(
        [
            .. turn.Pieces.OfType<GeminiPiece.Search>().SelectMany(s => s.Citations).Select(c => new JsonObject
            {
                ["type"] = "url_citation", ["url"] = c.Url, ["title"] = c.Title, ["start_index"] = c.StartByte, ["end_index"] = c.EndByte,
            }),
            .. turn.Pieces.OfType<GeminiPiece.Places>().SelectMany(p => p.Found).Select(p => new JsonObject
            {
                ["type"] = "place_citation", ["place_id"] = p.Id, ["name"] = p.Name, ["url"] = p.Url, ["start_index"] = p.StartByte, ["end_index"] = p.EndByte,
            }),
        ]);

    private string Event(string type, Action<JsonObject> fill)
    {
        var data = new JsonObject { ["event_type"] = type, ["event_id"] = (++_events).ToString("D4", CultureInfo.InvariantCulture) };
        fill(data);
        return Sse.Frame(type, data.ToJsonString());
    }

    private JsonObject Envelope(string status, bool whole)
    {
        var interaction = new JsonObject { ["id"] = _id, ["object"] = "interaction", ["model"] = model, ["status"] = status };
        if (whole)
        {
            interaction["created"] = Created;
            interaction["updated"] = Updated;
            interaction["service_tier"] = "standard";
            interaction["usage"] = Usage();
            if (turn.ContinuationToken is { } token)
            {
                interaction["continuation_token"] = token;
            }
        }

        return interaction;
    }

    private JsonObject Usage()
    {
        var usage = turn.Usage;
        var counts = new JsonObject
        {
            ["total_input_tokens"] = usage.Prompt,
            ["total_output_tokens"] = usage.Output,
            ["total_thought_tokens"] = usage.Thoughts,
            ["total_cached_tokens"] = usage.Cached,
            ["total_tool_use_tokens"] = usage.ToolUse,
            ["total_tokens"] = usage.Total,
            ["input_tokens_by_modality"] = Modalities(("text", usage.Prompt - usage.PromptImage), ("image", usage.PromptImage)),
        };
        if (usage.OutputImage > 0)
        {
            counts["output_tokens_by_modality"] = Modalities(("text", usage.Output - usage.OutputImage), ("image", usage.OutputImage));
        }

        return counts;
    }

    private static JsonArray Modalities(params (string Modality, int Tokens)[] counts) =>
        new([.. counts.Where(c => c.Tokens > 0).Select(c => new JsonObject { ["modality"] = c.Modality, ["tokens"] = c.Tokens })]);
}
