using System.Globalization;
using System.Text;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// Turns the parts of an answer into steps: every change of part kind begins a new one. A signature that was on a call, on media or on text
/// becomes a thought step of its own beside it, because that is where clients expect signatures (behaviour FN-14), and knows its place.
/// </summary>
internal sealed class ContentReader(string family, GeminiSignatures signatures, UnknownReasons unknown) : IAnswer
{
    /// <summary>Begins the ids of calls that the vendor left without one; they are not sent back.</summary>
    public const string UnnamedCall = "unnamed-call-";

    private readonly Grounding _grounding = new(family, signatures);
    private Open _open;
    private int _textBytes;
    private int _calls;
    private bool _hasOutput;
    private string? _finishReason;
    private string? _finishMessage;
    private GeminiPromptFeedback? _block;
    private JsonElement? _usage;

    private enum Open
    {
        None,
        Thought,
        Text,
    }

    public bool IsOver => false;

    public Usage? UsageSoFar => UsageMetadata.ToUsage(_usage, _grounding.Searches);

    public void OnFrame(ReadOnlyMemory<byte> data, List<ModelEvent> output) => output.AddRange(Read(Parse(UpstreamJson.Parse(data.Span))));

    /// <summary>A proxy that knows no streaming sends the chunks as a list, or as one answer.</summary>
    public void OnWhole(JsonElement whole, List<ModelEvent> output)
    {
        if (whole.ValueKind != JsonValueKind.Array)
        {
            output.AddRange(Read(Parse(whole)));
            return;
        }

        foreach (var chunk in whole.EnumerateArray())
        {
            output.AddRange(Read(Parse(chunk)));
        }
    }

    public void OnEnd(List<ModelEvent> output) => output.AddRange(End());

    private static GenerateContentResponse Parse(JsonElement data)
    {
        GenerateContentResponse chunk;
        try
        {
            chunk = data.Deserialize(GeminiJson.Default.GenerateContentResponse) ?? throw UpstreamFailureException.Malformed();
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }

        return chunk.Error is { Code: var status } && UpstreamError.From(data) is { } error
            ? throw ErrorTranslation.FromStatus(status ?? 500, error, retryAfter: null)
            : chunk;
    }

    private IEnumerable<ModelEvent> Read(GenerateContentResponse chunk)
    {
        _usage = chunk.UsageMetadata ?? _usage;
        _block = chunk.PromptFeedback is { BlockReason: not null } block ? block : _block;
        if (chunk.Candidates is not [var candidate, ..])
        {
            yield break;
        }

        _grounding.Add(candidate);
        foreach (var part in candidate.Content?.Parts ?? [])
        {
            foreach (var modelEvent in Read(part))
            {
                _hasOutput |= !part.Thought;
                yield return modelEvent;
            }
        }

        _finishReason = candidate.FinishReason ?? _finishReason;
        _finishMessage = candidate.FinishMessage ?? _finishMessage;
    }

    private IEnumerable<ModelEvent> End()
    {
        if (_finishReason is null && _block is null)
        {
            throw UpstreamFailureException.Incomplete();
        }

        foreach (var modelEvent in Close().Concat(_grounding.Steps()))
        {
            yield return modelEvent;
        }

        var usage = UsageMetadata.ToUsage(_usage, _grounding.Searches);
        if (_block is { } block)
        {
            yield return new ModelStopped(ModelStopReason.Blocked, usage, FinishReasons.OfPrompt(block.BlockReason!, Said(block.BlockReasonMessage)));
            yield break;
        }

        if (FinishReasons.IsUnknown(_finishReason!))
        {
            unknown.Note(_finishReason!);
        }

        var (reason, fault) = FinishReasons.OfCandidate(_finishReason!, Said(_finishMessage), _hasOutput);
        yield return new ModelStopped(reason, usage, fault);
    }

    private static string? Said(string? message) => message is null ? null : Redaction.Clean(message);

    private IEnumerable<ModelEvent> Read(GeminiPart part) => part switch
    {
        { FunctionCall: { } call } => ReadCall(call, part.ThoughtSignature),
        { Thought: true } => ReadThought(part),
        { InlineData: not null } or { FileData: not null } => ReadMedia(part),
        { ExecutableCode: { } code } => ReadCode(code, part.ThoughtSignature),
        { CodeExecutionResult: { } result } => ReadCodeResult(result, part.ThoughtSignature),
        { Text: not null } => ReadText(part.Text, part.ThoughtSignature),
        _ => [],
    };

    private IEnumerable<ModelEvent> ReadText(string text, string? signature)
    {
        if (text.Length > 0)
        {
            if (_open != Open.Text)
            {
                foreach (var modelEvent in Close())
                {
                    yield return modelEvent;
                }

                _open = Open.Text;
                yield return new StepStarted(new ModelOutputStep());
            }

            _textBytes += Encoding.UTF8.GetByteCount(text);
            yield return new StepPiece(new TextDelta { Text = text });
        }

        if (signature is null)
        {
            yield break; // an empty part without a signature only fills the last chunk
        }

        foreach (var modelEvent in Close().Concat(SignatureStep(new(SignaturePlace.Text, signature, text.Length))))
        {
            yield return modelEvent;
        }
    }

    private IEnumerable<ModelEvent> ReadThought(GeminiPart part)
    {
        if (_open != Open.Thought)
        {
            foreach (var modelEvent in Close())
            {
                yield return modelEvent;
            }

            _open = Open.Thought;
            yield return new StepStarted(new ThoughtStep());
        }

        if (part.InlineData is { } draft)
        {
            yield return new StepPiece(new ThoughtSummaryDelta { Content = new ImageContent { Data = draft.Data, MimeType = draft.MimeType } });
        }
        else if (part.Text is { Length: > 0 } text)
        {
            yield return new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = text } });
        }

        if (part.ThoughtSignature is { } signature)
        {
            yield return Signature(new(SignaturePlace.Own, signature, part.Text?.Length ?? 0));
            foreach (var modelEvent in Close())
            {
                yield return modelEvent;
            }
        }
    }

    private IEnumerable<ModelEvent> ReadCall(GeminiFunctionCall call, string? signature)
    {
        foreach (var modelEvent in SignNext(signature))
        {
            yield return modelEvent;
        }

        var id = string.IsNullOrEmpty(call.Id) ? UnnamedCall + (++_calls).ToString(CultureInfo.InvariantCulture) : call.Id;
        yield return new StepStarted(new FunctionCallStep { Id = id, Name = call.Name ?? "", Arguments = EmptyObject });
        yield return new StepPiece(new ArgumentsDelta { Arguments = call.Args is { ValueKind: JsonValueKind.Object } args ? args.GetRawText() : "{}" });
        yield return new StepStopped();
    }

    private IEnumerable<ModelEvent> ReadMedia(GeminiPart part)
    {
        foreach (var modelEvent in SignNext(part.ThoughtSignature))
        {
            yield return modelEvent;
        }

        yield return new StepStarted(new ModelOutputStep());
        yield return new StepPiece(MediaDeltas.Of(part.InlineData?.MimeType ?? part.FileData?.MimeType, part.InlineData?.Data, part.FileData?.FileUri));
        yield return new StepStopped();
    }

    private IEnumerable<ModelEvent> ReadCode(GeminiCode code, string? signature)
    {
        foreach (var modelEvent in Close())
        {
            yield return modelEvent;
        }

        yield return new StepStarted(new CodeExecutionCallStep { Id = CodeId(++_calls), Arguments = new() });
        yield return new StepPiece(new CodeExecutionCallDelta
        {
            Arguments = new CodeExecutionArguments { Code = code.Code, Language = "python" },
            Signature = Seal(new(SignaturePlace.Own, signature ?? "", 0)),
        });
        yield return new StepStopped();
    }

    private IEnumerable<ModelEvent> ReadCodeResult(GeminiCodeResult result, string? signature)
    {
        foreach (var modelEvent in Close())
        {
            yield return modelEvent;
        }

        yield return new StepStarted(new CodeExecutionResultStep { CallId = CodeId(_calls), Result = EmptyText });
        yield return new StepPiece(new CodeExecutionResultDelta
        {
            Result = JsonSerializer.SerializeToElement(result.Output ?? "", GeminiJson.Default.String),
            IsError = result.Outcome is "OUTCOME_OK" ? null : true,
            Signature = Seal(new(SignaturePlace.Own, signature ?? "", 0)),
        });
        yield return new StepStopped();
    }

    private static string CodeId(int number) => "code-" + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Signs what comes next: on the summary that is open, else with a thought of its own.</summary>
    private IEnumerable<ModelEvent> SignNext(string? signature)
    {
        if (signature is null)
        {
            return Close();
        }

        var next = new VendorSignature(SignaturePlace.Next, signature, 0);
        return _open == Open.Thought ? Close().Prepend(Signature(next)) : Close().Concat(SignatureStep(next));
    }

    private ModelEvent[] SignatureStep(VendorSignature signature) => [new StepStarted(new ThoughtStep()), Signature(signature), new StepStopped()];

    private StepPiece Signature(VendorSignature signature) => new(new ThoughtSignatureDelta { Signature = Seal(signature) });

    private string Seal(VendorSignature signature) => signatures.Seal(family, signature);

    private IEnumerable<ModelEvent> Close()
    {
        var open = _open;
        _open = Open.None;
        if (open == Open.None)
        {
            yield break;
        }

        if (open == Open.Text && _grounding.Annotations(_textBytes) is { Length: > 0 } annotations)
        {
            yield return new StepPiece(new TextAnnotationDelta { Annotations = annotations });
        }

        yield return new StepStopped();
    }

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private static readonly JsonElement EmptyText = JsonElement.Parse("\"\"");
}
