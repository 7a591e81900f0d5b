using System.Text;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Turns the chunks of one Chat Completions call into our events, leniently: every server has its own way (protocols 6.3).</summary>
internal sealed class ChatStream(ModelRequest request, ChatProfile profile, bool cutsLocally, UnknownReasons unknown) : IAnswer
{
    // Shells carry no arguments yet (wire 14.3).
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    private static readonly byte[] ContentMember = "\"content\""u8.ToArray();

    private readonly FunctionNames _names = new(request.Functions);
    private readonly StopSequenceCutter _cutter = new(cutsLocally ? request.Config.StopSequences ?? [] : []);
    private readonly ThinkTagSplitter? _tags = profile.ThinkTags ? new() : null;
    private readonly bool _showsReasoning = request.Config.ThinkingSummaries == "auto";
    private readonly TextFrames _frames = new(ContentMember);
    private readonly StepOrder _order = new();
    private readonly ChatCallFragments _fragments = new();
    private readonly CallIds _callIds = new();
    private readonly CitedText _text = new();
    private readonly ChatReasoning _reasoning = new(keepsText: profile.ReplayedReasoningField is not null);
    private List<ModelEvent> _out = [];
    private Speech _speech = Speech.None;
    private int _speechKey;
    private int _keys;
    private bool _isDone;
    private bool _isAnswer; // something of the shape of an answer has come, be it empty
    private bool _refused;
    private string? _finish;
    private Usage? _usage;

    private enum Speech
    {
        None,
        Reasoning,
        Text,
    }

    public bool IsOver => _isDone;

    public Usage? UsageSoFar => _usage;

    /// <summary>Once the upstream has said why it stopped, only usage is missing.</summary>
    public bool CanEnd => _finish is not null;

    public bool TryText(ReadOnlySpan<byte> data, List<ModelEvent> output)
    {
        _out = output;
        if (!request.IsFollowed)
        {
            return _frames.TryKeep(data); // nobody sees the pieces: those that come together are one
        }

        if (!_frames.TryRead(data, out var text))
        {
            return false;
        }

        OnText(text);
        return true;
    }

    public void OnPause(List<ModelEvent> output)
    {
        _out = output;
        OnText(_frames.TakeKept());
    }

    public void OnFrame(ReadOnlyMemory<byte> data, List<ModelEvent> output)
    {
        OnPause(output);
        if (!ChatChunks.TryRead(data.Span, out var plain))
        {
            using var chunk = UpstreamJson.Open(data);
            On(chunk.RootElement);
            return;
        }

        _isAnswer = true;
        OnText(plain.Text);
        _finish = plain.Finish ?? _finish;
        if (plain is { Text.Length: > 0, Finish: null or "" } && _frames.IsLearning)
        {
            _frames.Learn(data.Span);
        }
    }

    public void OnDone() => _isDone = true;

    public void OnWhole(JsonElement whole, List<ModelEvent> output)
    {
        _out = output;
        _isDone = true;
        On(whole);
        if (!_isAnswer)
        {
            throw UpstreamFailureException.Malformed(); // an object of something else that listens at this address
        }
    }

    public void OnEnd(List<ModelEvent> output)
    {
        // The mark of the end alone is no answer, nor are tokens and the verdict of a filter: many servers leave the reason out, but none leaves everything out.
        if ((!_isDone && !CanEnd) || !_isAnswer)
        {
            throw UpstreamFailureException.Incomplete();
        }

        _out = output;
        End();
    }

    private void On(JsonElement chunk)
    {
        if (chunk.ValueKind == JsonValueKind.Object && chunk.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            throw StreamFailure.From(UpstreamError.From(chunk)!);
        }

        if (chunk.TryGetProperty("usage", out var usage) && OpenAITokens.Chat(usage) is { } tokens)
        {
            _usage = tokens; // some repeat it in every chunk: the last one counts
        }

        if (!chunk.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
        {
            return;
        }

        var choice = choices[0];
        if (choice.TryGetProperty("delta", out var delta) || choice.TryGetProperty("message", out delta))
        {
            _isAnswer |= delta.ValueKind == JsonValueKind.Object;
            OnDelta(delta);
        }

        _finish = Text(choice, "finish_reason") ?? _finish;
        _isAnswer |= _finish is { Length: > 0 };
    }

    private void End()
    {
        if (_tags is not null)
        {
            var (reasoning, answer) = _tags.Flush();
            Think(reasoning);
            Say(answer);
        }

        StopSpeech();
        foreach (var call in _fragments.Calls)
        {
            StopCall(call);
        }

        if (_finish is { Length: > 0 } reason and not ("stop" or "length" or "tool_calls" or "function_call" or "content_filter" or "error"))
        {
            unknown.Note(reason);
        }

        _out.Add(_finish switch
        {
            "content_filter" => Blocked("The model provider's content filter stopped the answer."),
            _ when _refused => Blocked("The model declined to answer."),
            "length" when !_cutter.HasStopped => new ModelStopped(ModelStopReason.TokenLimit, _usage),
            "error" => throw StreamFailure.From(new UpstreamError("", null, null, null, null)),
            _ => new ModelStopped(ModelStopReason.Finished, _usage), // whether calls wait follows from the steps, whatever the reason says
        });
    }

    private ModelStopped Blocked(string message) => new(ModelStopReason.Blocked, _usage, new ModelFault(ErrorCode.ContentBlocked, message));

    private void OnDelta(JsonElement delta)
    {
        if (delta.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (delta.TryGetProperty(ChatState.ReasoningDetails, out var details) && details.ValueKind == JsonValueKind.Array && details.GetArrayLength() > 0)
        {
            _reasoning.Add(details);
        }

        // Two names for one thing; servers that send both send the same text twice.
        Think(Text(delta, "reasoning_content") ?? Text(delta, "reasoning") ?? "");
        OnContent(delta);
        if (Text(delta, "refusal") is { Length: > 0 } refusal)
        {
            _refused = true;
            Say(refusal);
        }

        if (delta.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Array && _speech == Speech.Text && !_cutter.HasStopped)
        {
            Annotation[] ours = [.. annotations.EnumerateArray().Select(a => OpenAIAnnotations.Read(a, _text, 0)).OfType<Annotation>()];
            if (ours.Length > 0)
            {
                Emit(_speechKey, new StepPiece(new TextAnnotationDelta { Annotations = ours }));
            }
        }

        if (delta.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            var position = 0;
            foreach (var fragment in calls.EnumerateArray())
            {
                OnCall(_fragments.Find(fragment, position++, calls.GetArrayLength()), fragment);
            }
        }
        else if (delta.TryGetProperty("function_call", out var legacy) && legacy.ValueKind == JsonValueKind.Object)
        {
            using var wrapped = JsonDocument.Parse($$"""{"index":0,"function":{{legacy.GetRawText()}}}""");
            OnCall(_fragments.Find(wrapped.RootElement, 0, 1), wrapped.RootElement);
        }
    }

    private void OnContent(JsonElement delta)
    {
        if (!delta.TryGetProperty("content", out var content))
        {
            return;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            OnText(content.GetString()!);
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                // Mistral: a list of text and thinking parts.
                if (Text(part, "type") == "thinking" && part.TryGetProperty("thinking", out var thinking) && thinking.ValueKind == JsonValueKind.Array)
                {
                    Think(string.Concat(thinking.EnumerateArray().Select(t => Text(t, "text"))));
                }
                else
                {
                    OnText(Text(part, "text") ?? "");
                }
            }
        }
    }

    private void OnText(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_tags is null)
        {
            Say(text);
            return;
        }

        var (reasoning, answer) = _tags.Push(text);
        Think(reasoning);
        Say(answer);
    }

    private void Say(string text)
    {
        if (text.Length == 0 || _cutter.HasStopped)
        {
            return;
        }

        Speak(Speech.Text);
        _text.Append(text);
        if (_cutter.Push(text) is { Length: > 0 } safe)
        {
            Emit(_speechKey, new StepPiece(new TextDelta { Text = safe }));
        }
    }

    private void Think(string text)
    {
        if (text.Length == 0 || _cutter.HasStopped)
        {
            return;
        }

        Speak(Speech.Reasoning);
        _reasoning.Add(text);
        if (_showsReasoning)
        {
            Emit(_speechKey, new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = text } }));
        }
        else
        {
            request.Meter.OnHiddenThought(Encoding.UTF8.GetByteCount(text));
        }
    }

    private void Speak(Speech speech)
    {
        if (_speech == speech)
        {
            return;
        }

        StopSpeech();
        _speech = speech;
        _speechKey = _keys++;
        Emit(_speechKey, new StepStarted(speech == Speech.Text ? new ModelOutputStep() : new ThoughtStep()));
    }

    private void StopSpeech()
    {
        switch (_speech)
        {
            case Speech.Text:
                if (_cutter.Flush() is { Length: > 0 } rest)
                {
                    Emit(_speechKey, new StepPiece(new TextDelta { Text = rest }));
                }

                _text.Clear();
                Emit(_speechKey, new StepStopped());
                break;
            case Speech.Reasoning:
                Emit(_speechKey, new StepStopped(_reasoning.Take()));
                break;
        }

        _speech = Speech.None;
    }

    private void OnCall(ChatCall call, JsonElement fragment)
    {
        if (_cutter.HasStopped || !fragment.TryGetProperty("function", out var function))
        {
            return;
        }

        StopSpeech();
        var arguments = !function.TryGetProperty("arguments", out var value) ? "" : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Object => value.GetRawText(),
            _ => "",
        };
        call.Arguments.Append(arguments);
        call.Extra = fragment.TryGetProperty(ChatState.ExtraContent, out var extra) ? extra.Clone() : call.Extra;
        call.Name ??= Text(function, "name") is { Length: > 0 } name ? name : null;
        if (call.Name is null)
        {
            return; // the shell needs the name; the fragments so far are kept
        }

        if (call.Key is not { } key)
        {
            call.Key = key = _keys++;
            Emit(key, new StepStarted(new FunctionCallStep { Id = _callIds.Unique(call.UpstreamId), Name = _names.ToNative(call.Name), Arguments = NoArguments }));
            arguments = call.Arguments.ToString();
        }

        if (arguments.Length > 0)
        {
            Emit(key, new StepPiece(new ArgumentsDelta { Arguments = arguments }));
        }
    }

    private void StopCall(ChatCall call)
    {
        if (call.Key is not { } key)
        {
            throw UpstreamFailureException.Malformed(); // a call without a name
        }

        JsonElement? state = call.Extra is { } extra
            ? JsonElement.Parse(JsonScratch.Object(writer =>
            {
                writer.WritePropertyName(ChatState.ExtraContent);
                extra.WriteTo(writer);
            }))
            : null;
        Emit(key, new StepStopped(state));
    }

    private void Emit(int key, ModelEvent modelEvent) => _order.Add(key, modelEvent, _out);

    private static string? Text(JsonElement o, string name) =>
        o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
