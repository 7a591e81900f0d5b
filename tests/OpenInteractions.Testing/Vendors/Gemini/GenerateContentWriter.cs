using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>Writes a scripted turn as generateContent does: one chunk per part or text fragment, counts that grow, the finish reason in the last.</summary>
internal sealed class GenerateContentWriter(GeminiTurn turn, string model)
{
    private readonly string _responseId = Guid.NewGuid().ToString("N")[..22];

    /// <summary>The parts as they go out on a stream; also what has to come back.</summary>
    public ImmutableArray<JsonObject> Parts { get; } = [.. turn.Pieces.SelectMany(PartsOf)];

    public string Unary() => Response(Merge(Parts), last: true, produced: Parts.Length).ToJsonString();

    public IEnumerable<JsonObject> Chunks()
    {
        if (turn.BlockReason is not null)
        {
            yield return Response([], last: true, produced: 0);
            yield break;
        }

        // Signed empty text ends the stream together with the finish reason; otherwise an empty text part without meaning does.
        var endsEmpty = Parts.Length > 0 && (string?)Parts[^1]["text"] is "";
        var body = endsEmpty ? Parts[..^1] : Parts;
        for (var i = 0; i < body.Length; i++)
        {
            yield return Response([body[i]], last: false, produced: i + 1);
        }

        if (turn.Error is { } error)
        {
            yield return new JsonObject { ["error"] = new JsonObject { ["code"] = error.Status, ["message"] = error.Message, ["status"] = error.Code } };
            yield break;
        }

        yield return Response(endsEmpty ? [Parts[^1]] : [new JsonObject { ["text"] = "" }], last: true, produced: Parts.Length);
    }

    /// <summary>The vendor separates its events with CRLF.</summary>
    public static string Frame(JsonObject chunk) => $"data: {chunk.ToJsonString()}\r\n\r\n";

    private static IEnumerable<JsonObject> PartsOf(GeminiPiece piece)
    {
        switch (piece)
        {
            case GeminiPiece.Thought(var fragments):
                return Signed((fragments.IsEmpty ? [""] : fragments).Select(f => new JsonObject { ["text"] = f, ["thought"] = true }), piece.Signature);
            case GeminiPiece.Text(var fragments, var last):
                var texts = fragments.Select(f => new JsonObject { ["text"] = f });
                return Signed(last && piece.Signature is not null ? texts.Append(new JsonObject { ["text"] = "" }) : texts, piece.Signature);
            case GeminiPiece.Call call:
                var body = new JsonObject { ["name"] = call.Name, ["args"] = call.Arguments.DeepClone() };
                if (call.Id is not null)
                {
                    body["id"] = call.Id;
                }

                return Signed([new JsonObject { ["functionCall"] = body }], piece.Signature);
            case GeminiPiece.Media(var mimeType, var data):
                return Signed([new JsonObject { ["inlineData"] = new JsonObject { ["mimeType"] = mimeType, ["data"] = data } }], piece.Signature);
            case GeminiPiece.Code code:
                return Signed(
                    [
                        new JsonObject { ["executableCode"] = new JsonObject { ["language"] = "PYTHON", ["code"] = code.Source } },
                        new JsonObject { ["codeExecutionResult"] = new JsonObject { ["outcome"] = code.Failed ? "OUTCOME_FAILED" : "OUTCOME_OK", ["output"] = code.Output } },
                    ],
                    piece.Signature);
            default:
                return [];
        }
    }

    private static List<JsonObject> Signed(IEnumerable<JsonObject> parts, string? signature)
    {
        var list = parts.ToList();
        if (signature is not null)
        {
            list[^1]["thoughtSignature"] = signature;
        }

        return list;
    }

    /// <summary>Without streaming, adjacent fragments of one kind are one part.</summary>
    private static List<JsonObject> Merge(IEnumerable<JsonObject> parts)
    {
        var merged = new List<JsonObject>();
        foreach (var part in parts)
        {
            var previous = merged.Count > 0 ? merged[^1] : null;
            if (previous is not null && part.ContainsKey("text") && previous.ContainsKey("text")
                && PartHistory.SignatureOf(previous) is null && PartHistory.SignatureOf(part) is null
                && (bool?)previous["thought"] == (bool?)part["thought"])
            {
                previous["text"] = (string?)previous["text"] + (string?)part["text"];
                continue;
            }

            merged.Add(part.DeepClone().AsObject());
        }

        return merged;
    }

    private JsonObject Response(IEnumerable<JsonObject> parts, bool last, int produced)
    {
        var response = new JsonObject();
        if (turn.BlockReason is not null)
        {
            response["promptFeedback"] = new JsonObject { ["blockReason"] = turn.BlockReason };
        }
        else
        {
            response["candidates"] = new JsonArray(Candidate(parts, last));
        }

        response["usageMetadata"] = Usage(last, produced);
        response["modelVersion"] = model;
        response["responseId"] = _responseId;
        return response;
    }

    private JsonObject Candidate(IEnumerable<JsonObject> parts, bool last)
    {
        var candidate = new JsonObject
        {
            ["content"] = new JsonObject { ["parts"] = new JsonArray([.. parts.Select(p => p.DeepClone())]), ["role"] = "model" },
        };
        if (last)
        {
            candidate["finishReason"] = turn.FinishReason;
            if (turn.FinishMessage is not null)
            {
                candidate["finishMessage"] = turn.FinishMessage;
            }

            if (Grounding() is { } grounding)
            {
                candidate["groundingMetadata"] = grounding;
            }
        }

        candidate["index"] = 0;
        return candidate;
    }

    private JsonObject? Grounding()
    {
        if (turn.Pieces.OfType<GeminiPiece.Places>().FirstOrDefault() is { } places)
        {
            return Grounding(places);
        }

        var searches = turn.Pieces.OfType<GeminiPiece.Search>().ToList();
        if (searches.Count == 0)
        {
            return null;
        }

        var citations = searches.SelectMany(s => s.Citations).ToList();
        var text = Encoding.UTF8.GetBytes(string.Concat(turn.Pieces.OfType<GeminiPiece.Text>().SelectMany(t => t.Fragments)));
        return new JsonObject
        {
            ["searchEntryPoint"] = new JsonObject { ["renderedContent"] = searches[0].SuggestionsHtml },
            ["groundingChunks"] = new JsonArray([.. citations.Select(c => new JsonObject { ["web"] = new JsonObject { ["uri"] = c.Url, ["title"] = c.Title } })]),
            ["groundingSupports"] = new JsonArray([.. citations.Select((c, i) => new JsonObject
            {
                ["segment"] = new JsonObject { ["startIndex"] = c.StartByte, ["endIndex"] = c.EndByte, ["text"] = Encoding.UTF8.GetString(text[c.StartByte..c.EndByte]) },
                ["groundingChunkIndices"] = new JsonArray(i),
            })]),
            ["webSearchQueries"] = new JsonArray([.. searches.Select(s => JsonValue.Create(s.Query))]),
        };
    }

    private static JsonObject Grounding(GeminiPiece.Places places)
    {
        var grounding = new JsonObject
        {
            ["groundingChunks"] = new JsonArray([.. places.Found.Select(p => new JsonObject { ["maps"] = new JsonObject { ["uri"] = p.Url, ["title"] = p.Name, ["placeId"] = p.Id } })]),
            ["groundingSupports"] = new JsonArray([.. places.Found.Select((p, i) => new JsonObject
            {
                ["segment"] = new JsonObject { ["startIndex"] = p.StartByte, ["endIndex"] = p.EndByte },
                ["groundingChunkIndices"] = new JsonArray(i),
            })]),
        };
        if (places.WidgetToken is { } token)
        {
            grounding["googleMapsWidgetContextToken"] = token;
        }

        return grounding;
    }

    /// <summary>Counts are cumulative: an early chunk has seen only a part of the output.</summary>
    private JsonObject Usage(bool last, int produced)
    {
        var usage = turn.Usage;
        var output = last ? usage.Output : Math.Min(produced, usage.Output);
        var counts = new JsonObject
        {
            ["promptTokenCount"] = usage.Prompt,
            ["totalTokenCount"] = usage.Prompt + output + usage.Thoughts + usage.ToolUse,
            ["promptTokensDetails"] = Details(("TEXT", usage.Prompt - usage.PromptImage), ("IMAGE", usage.PromptImage)),
        };
        if (output > 0)
        {
            counts["candidatesTokenCount"] = output;
        }

        if (last && usage.OutputImage > 0)
        {
            counts["candidatesTokensDetails"] = Details(("TEXT", usage.Output - usage.OutputImage), ("IMAGE", usage.OutputImage));
        }

        if (usage.Thoughts > 0)
        {
            counts["thoughtsTokenCount"] = usage.Thoughts;
        }

        if (usage.Cached > 0)
        {
            counts["cachedContentTokenCount"] = usage.Cached;
            counts["cacheTokensDetails"] = Details(("TEXT", usage.Cached));
        }

        if (usage.ToolUse > 0)
        {
            counts["toolUsePromptTokenCount"] = usage.ToolUse;
            counts["toolUsePromptTokensDetails"] = Details(("TEXT", usage.ToolUse));
        }

        return counts;
    }

    private static JsonArray Details(params (string Modality, int Tokens)[] counts) =>
        new([.. counts.Where(c => c.Tokens > 0).Select(c => new JsonObject { ["modality"] = c.Modality, ["tokenCount"] = c.Tokens })]);
}
