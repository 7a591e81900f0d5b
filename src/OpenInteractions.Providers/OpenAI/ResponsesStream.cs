using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Turns the events of one Responses call into ours (protocols 6.2). Items may interleave; <see cref="StepOrder"/> puts them in order.
/// Event and item types that are not known here are ignored, because new ones appear all the time.
/// </summary>
internal sealed class ResponsesStream(ModelRequest request, SignatureScope scope, ISignatureEnvelope signatures) : IAnswer
{
    // Shells carry no arguments yet (wire 14.3).
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    private readonly FunctionNames _names = new(request.Functions);
    private readonly StopSequenceCutter _cutter = new(request.Config.StopSequences ?? []);
    private readonly bool _showsReasoning = request.Config.ThinkingSummaries == "auto";
    private readonly StepOrder _order = new();
    private readonly Dictionary<int, ResponsesItem> _items = [];
    private readonly HashSet<int> _seen = [];
    private readonly HashSet<int> _orphans = []; // items of which a piece came before anything else
    private readonly CallIds _callIds = new(CallIds.ShortestTelling);
    private List<ModelEvent> _out = [];
    private (ResponsesItem Item, JsonElement Done)? _heldThought;
    private int? _follower; // the item right behind the thought that was signed last
    private bool _hasUnplaced;
    private bool _refused;

    /// <summary>Told at the end, also of an answer that failed.</summary>
    public Usage? UsageSoFar { get; private set; }

    /// <summary>True after the upstream's last word.</summary>
    public bool IsOver { get; private set; }

    public void OnFrame(ReadOnlyMemory<byte> frame, List<ModelEvent> output)
    {
        _out = output;
        var data = UpstreamJson.Parse(frame.Span);
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("type", out var type))
        {
            if (UpstreamError.From(data) is { Message.Length: > 0 } error)
            {
                throw Failure(error);
            }

            return;
        }

        switch (type.GetString())
        {
            case "response.output_item.added":
                Added(data);
                break;
            case "response.output_text.delta":
                Say(data, Delta(data));
                break;
            case "response.refusal.delta":
                _refused = true;
                Say(data, Delta(data));
                break;
            case "response.output_text.annotation.added":
                Annotate(data);
                break;
            case "response.content_part.added" when Find(data) is { } item:
                item.BeginPart();
                break;
            case "response.reasoning_summary_part.added" when Find(data) is { HasPieces: true }:
                Think(data, "\n\n"); // the next part is a paragraph of its own
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta":
                Think(data, Delta(data));
                break;
            case "response.function_call_arguments.delta" when Delta(data) is { Length: > 0 } arguments && FindOf(data) is { } item:
                Emit(item, new StepPiece(new ArgumentsDelta { Arguments = arguments }));
                break;
            case "response.output_item.done":
                Done(data);
                break;
            case "response.completed" or "response.incomplete" or "response.failed":
                Over(data.GetProperty("response"));
                break;
            case "error":
                throw Failure(UpstreamError.From(data)!);
        }
    }

    public void OnWhole(JsonElement response, List<ModelEvent> output)
    {
        _out = output;
        if (!response.TryGetProperty("output", out var items) || items.ValueKind != JsonValueKind.Array)
        {
            throw UpstreamError.From(response) is { Message.Length: > 0 } error ? Failure(error) : UpstreamFailureException.Malformed();
        }

        var index = 0;
        foreach (var item in items.EnumerateArray())
        {
            Added(index, item);
            Done(index++, item);
        }

        Over(response);
    }

    public void OnEnd(List<ModelEvent> output)
    {
        if (!IsOver)
        {
            throw UpstreamFailureException.Incomplete();
        }
    }

    private void Added(JsonElement data)
    {
        if (data.TryGetProperty("item", out var item))
        {
            Added(Index(data), item);
        }
    }

    private void Added(int index, JsonElement item)
    {
        var type = Text(item, "type");
        Step? shell = type switch
        {
            "message" or "image_generation_call" => new ModelOutputStep(),
            "reasoning" => new ThoughtStep(),
            "function_call" => new FunctionCallStep
            {
                Id = _callIds.Unique(Text(item, "call_id")), Name = _names.ToNative(Text(item, "name") ?? ""), Arguments = NoArguments,
            },
            _ => null,
        };
        ReleaseThought(before: index, (shell as FunctionCallStep)?.Id, canReturn: type is "message" or "reasoning" or "function_call" || VendorItems.Has(type));
        if (shell is null || _cutter.HasStopped)
        {
            return; // the service's own tools are told when they are done; of other kinds we asked for none; or it comes after the caller's stop sequence
        }

        if (_items.Remove(index, out var unended))
        {
            Emit(unended, new StepStopped()); // a server that does not say where an item ends
        }

        var known = new ResponsesItem(index, shell);
        _items[index] = known;
        _seen.Add(index);
        Emit(known, new StepStarted(shell));
    }

    private void Say(JsonElement data, string text)
    {
        if (text.Length == 0 || FindOf(data) is not { } item)
        {
            return;
        }

        item.Text.Append(text);
        item.HasPieces = true;
        if (_cutter.Push(text) is { Length: > 0 } safe)
        {
            Emit(item, new StepPiece(new TextDelta { Text = safe }));
        }
    }

    private void Think(JsonElement data, string text)
    {
        if (_showsReasoning && text.Length > 0 && Find(data) is { } item)
        {
            Emit(item, new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = text } }));
        }
    }

    /// <summary>The service counts characters within a part, we count bytes within the block (behaviour TL-13).</summary>
    private void Annotate(JsonElement data)
    {
        if (Find(data) is { } item && !_cutter.HasStopped && data.TryGetProperty("annotation", out var annotation) && OpenAIAnnotations.Read(annotation, item.Text, item.PartStart) is { } ours)
        {
            Emit(item, new StepPiece(new TextAnnotationDelta { Annotations = [ours] }));
        }
    }

    private void Done(JsonElement data)
    {
        if (data.TryGetProperty("item", out var item))
        {
            Done(Index(data), item);
        }
    }

    private void Done(int index, JsonElement done)
    {
        _seen.Add(index);
        if (!_items.Remove(index, out var item))
        {
            if (VendorItems.Has(Text(done, "type")) && !_cutter.HasStopped)
            {
                RunByService(index, done);
            }

            return;
        }

        if (!item.HasPieces)
        {
            EmitWhole(item, done); // servers that send items only when they are complete
        }

        if (item.Shell is ModelOutputStep && _cutter.Flush() is { Length: > 0 } rest)
        {
            Emit(item, new StepPiece(new TextDelta { Text = rest }));
        }

        if (item.Shell is ThoughtStep && Text(done, "encrypted_content") is not null)
        {
            ReleaseThought(before: int.MaxValue, callId: null);
            _heldThought = (item, done.Clone());
            if (_items.TryGetValue(index + 1, out var next))
            {
                ReleaseThought(before: index + 1, (next.Shell as FunctionCallStep)?.Id); // items interleave, and what follows has begun already
            }

            return;
        }

        Emit(item, new StepStopped());
    }

    private void RunByService(int index, JsonElement done)
    {
        ReleaseThought(before: index, callId: null); // where the item came without its beginning
        foreach (var modelEvent in VendorItems.Events(done, VendorItems.Seal(signatures, scope, done, needsReasoning: _follower == index)))
        {
            _order.Add(index, modelEvent, _out);
        }
    }

    /// <summary>
    /// A thought is signed when it is known what followed it (<see cref="ReasoningToken"/>): at once after it, because the service begins the
    /// next item then, or ends the answer.
    /// </summary>
    /// <param name="before">The item that begins; only what stands before it is released.</param>
    /// <param name="callId">The id of the call that begins, or null.</param>
    /// <param name="canReturn">False when what follows will never go back: then the thought cannot either, and has no use for a signature.</param>
    private void ReleaseThought(int before, string? callId, bool canReturn = true)
    {
        if (_heldThought is not { } held || held.Item.Index >= before)
        {
            return;
        }

        _heldThought = null;
        if (canReturn)
        {
            _follower = held.Item.Index + 1;
            var token = ReasoningToken.Of(held.Done, callId);
            Emit(held.Item, new StepPiece(new ThoughtSignatureDelta { Signature = token.Seal(signatures, scope) }));
        }

        Emit(held.Item, new StepStopped());
    }

    private void EmitWhole(ResponsesItem item, JsonElement done)
    {
        switch (item.Shell)
        {
            case FunctionCallStep when Text(done, "arguments") is { Length: > 0 } arguments:
                Emit(item, new StepPiece(new ArgumentsDelta { Arguments = arguments }));
                break;
            case ModelOutputStep when Text(done, "type") == "image_generation_call":
                if (Text(done, "result") is { Length: > 0 } image)
                {
                    Emit(item, new StepPiece(new ImageDelta { Data = image, MimeType = $"image/{Text(done, "output_format") ?? "png"}" }));
                }

                break;
            case ModelOutputStep when done.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array:
                foreach (var part in content.EnumerateArray())
                {
                    _refused |= Text(part, "type") == "refusal";
                    item.BeginPart();
                    var text = Text(part, "text") ?? Text(part, "refusal") ?? "";
                    item.Text.Append(text);
                    if (_cutter.Push(text) is { Length: > 0 } safe)
                    {
                        Emit(item, new StepPiece(new TextDelta { Text = safe }));
                    }

                    if (part.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Array && !_cutter.HasStopped)
                    {
                        Annotation[] ours = [.. annotations.EnumerateArray().Select(a => OpenAIAnnotations.Read(a, item.Text, item.PartStart)).OfType<Annotation>()];
                        if (ours.Length > 0)
                        {
                            Emit(item, new StepPiece(new TextAnnotationDelta { Annotations = ours }));
                        }
                    }
                }

                break;
            case ThoughtStep when _showsReasoning && done.TryGetProperty("summary", out var summary) && summary.ValueKind == JsonValueKind.Array && summary.GetArrayLength() > 0:
                var thought = string.Join("\n\n", summary.EnumerateArray().Select(p => Text(p, "text")));
                Emit(item, new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = thought } }));
                break;
        }
    }

    /// <summary>The last event has the whole output once more. Some servers tell an item there for the first time, or its end.</summary>
    private void TakeUnseen(JsonElement response)
    {
        // Without places in the events, nobody can tell which items are meant.
        if ((_hasUnplaced && _seen.Count > 0) || !response.TryGetProperty("output", out var output) || output.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var index = 0;
        foreach (var item in output.EnumerateArray())
        {
            if (!_seen.Contains(index))
            {
                Added(index, item);
                Done(index, item);
            }
            else if (_items.ContainsKey(index))
            {
                Done(index, item);
            }

            index++;
        }
    }

    private void Over(JsonElement response)
    {
        IsOver = true;
        TakeUnseen(response);
        ReleaseThought(before: int.MaxValue, callId: null);
        foreach (var open in _items.Values.OrderBy(i => i.Index))
        {
            Emit(open, new StepStopped()); // an incomplete answer may leave an item without its end
        }

        _items.Clear();
        var isFailure = Text(response, "status") is "failed" or "cancelled";
        if (!isFailure && !_orphans.IsSubsetOf(_seen))
        {
            throw UpstreamFailureException.Malformed(); // pieces of an item that nobody ever told: what the model said would be lost
        }

        var usage = response.TryGetProperty("usage", out var tokens) ? OpenAITokens.Responses(tokens) : null;
        UsageSoFar = usage;
        var reason = response.TryGetProperty("incomplete_details", out var details) && details.ValueKind == JsonValueKind.Object ? Text(details, "reason") : null;
        _out.Add(Text(response, "status") switch
        {
            _ when isFailure => throw Failure(UpstreamError.From(response) ?? new UpstreamError("", null, null, null, null)),
            "incomplete" when reason == "content_filter" => Blocked(usage, "The model provider's content filter stopped the answer."),
            "incomplete" => new ModelStopped(_cutter.HasStopped ? ModelStopReason.Finished : ModelStopReason.TokenLimit, usage),
            _ when _refused => Blocked(usage, "The model declined to answer."),
            _ => new ModelStopped(ModelStopReason.Finished, usage),
        });
    }

    private static ModelStopped Blocked(Usage? usage, string message) =>
        new(ModelStopReason.Blocked, usage, new ModelFault(ErrorCode.ContentBlocked, message));

    private static UpstreamFailureException Failure(UpstreamError error) => StreamFailure.From(error);

    private void Emit(ResponsesItem item, ModelEvent modelEvent)
    {
        item.HasPieces |= modelEvent is StepPiece;
        _order.Add(item.Index, modelEvent, _out);
    }

    /// <summary>The item that a piece of the answer belongs to. One that has not begun may still be told whole; one that is over may not go on.</summary>
    private ResponsesItem? FindOf(JsonElement data)
    {
        var index = Index(data);
        if (_items.TryGetValue(index, out var item) || _cutter.HasStopped || (_hasUnplaced && _seen.Contains(index)))
        {
            return item;
        }

        _ = _seen.Contains(index) ? throw UpstreamFailureException.Malformed() : _orphans.Add(index);
        return null;
    }

    private ResponsesItem? Find(JsonElement data) => _items.GetValueOrDefault(Index(data));

    private int Index(JsonElement data)
    {
        if (data.TryGetProperty("output_index", out var index))
        {
            return index.TryGetInt32(out var number) ? number : throw UpstreamFailureException.Malformed();
        }

        _hasUnplaced = true;
        return 0;
    }

    private static string Delta(JsonElement data) => Text(data, "delta") ?? "";

    private static string? Text(JsonElement o, string name) =>
        o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
