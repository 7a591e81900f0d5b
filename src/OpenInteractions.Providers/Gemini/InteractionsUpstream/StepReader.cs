using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>
/// One step of an upstream's stream. What is already in its shell is told as pieces (behaviour SE-9); a signature on a call moves to a thought
/// before it, because that is where clients expect it (behaviour FN-14); a step of the upstream that has no signature is marked as its own, so
/// that it goes back unchanged.
/// </summary>
internal sealed class StepReader(string family, GeminiSignatures signatures)
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private bool _isThought;
    private bool _isSigned;
    private bool _hasArguments;
    private string? _wholeArguments;

    public IEnumerable<ModelEvent> Start(Step step) => step switch
    {
        ThoughtStep thought => StartThought(thought),
        ModelOutputStep output => StartOutput(output),
        FunctionCallStep call => StartCall(call),
        FunctionResultStep or UserInputStep or UnknownStep => [new StepStarted(step)],
        _ => [new StepStarted(Sealed(step))],
    };

    public IEnumerable<ModelEvent> Piece(StepDelta delta)
    {
        switch (delta)
        {
            case ThoughtSignatureDelta signature:
                _isSigned = true;
                return [Signature(SignaturePlace.Own, signature.Signature ?? "")];
            case ArgumentsDelta arguments:
                _hasArguments |= arguments.Arguments.Length > 0;
                return [new StepPiece(delta)];
            case TextDelta or TextAnnotationDelta or ThoughtSummaryDelta or ImageDelta or AudioDelta or VideoDelta or DocumentDelta:
                return [new StepPiece(delta)];
            default:
                return [new StepPiece(Sealed(delta))];
        }
    }

    public IEnumerable<ModelEvent> Stop()
    {
        if (_isThought && !_isSigned)
        {
            yield return Signature(SignaturePlace.Own, "");
        }

        if (_wholeArguments is { } arguments && !_hasArguments)
        {
            yield return new StepPiece(new ArgumentsDelta { Arguments = arguments });
        }

        yield return new StepStopped();
    }

    private IEnumerable<ModelEvent> StartThought(ThoughtStep thought)
    {
        _isThought = true;
        yield return new StepStarted(new ThoughtStep());
        foreach (var block in thought.Summary ?? [])
        {
            yield return new StepPiece(new ThoughtSummaryDelta { Content = block });
        }

        if (thought.Signature is { Length: > 0 } signature)
        {
            _isSigned = true;
            yield return Signature(SignaturePlace.Own, signature);
        }
    }

    private static IEnumerable<ModelEvent> StartOutput(ModelOutputStep output)
    {
        yield return new StepStarted(output with { Content = [] });
        foreach (var block in output.Content ?? []) // a shell has none
        {
            switch (block)
            {
                case TextContent text:
                    yield return new StepPiece(new TextDelta { Text = text.Text });
                    if (text.Annotations is { Count: > 0 } annotations)
                    {
                        yield return new StepPiece(new TextAnnotationDelta { Annotations = annotations });
                    }

                    break;
                case ImageContent image:
                    yield return new StepPiece(new ImageDelta { Data = image.Data, Uri = image.Uri, MimeType = image.MimeType, Resolution = image.Resolution });
                    break;
                case AudioContent audio:
                    yield return new StepPiece(new AudioDelta { Data = audio.Data, Uri = audio.Uri, MimeType = audio.MimeType, SampleRate = audio.SampleRate, Channels = audio.Channels });
                    break;
                case VideoContent video:
                    yield return new StepPiece(new VideoDelta { Data = video.Data, Uri = video.Uri, MimeType = video.MimeType, Resolution = video.Resolution });
                    break;
                case DocumentContent document:
                    yield return new StepPiece(new DocumentDelta { Data = document.Data, Uri = document.Uri, MimeType = document.MimeType });
                    break;
            }
        }
    }

    private IEnumerable<ModelEvent> StartCall(FunctionCallStep call)
    {
        if (call.Signature is { Length: > 0 } signature)
        {
            yield return new StepStarted(new ThoughtStep());
            yield return Signature(SignaturePlace.Next, signature);
            yield return new StepStopped();
        }

        _wholeArguments = call.Arguments.ValueKind == JsonValueKind.Object ? call.Arguments.GetRawText() : "{}";
        yield return new StepStarted(call with { Signature = null, Arguments = EmptyObject });
    }

    private StepPiece Signature(SignaturePlace place, string value) => new(new ThoughtSignatureDelta { Signature = Seal(place, value) });

    private string Seal(SignaturePlace place, string value) => signatures.Seal(family, new(place, value, 0));

    /// <summary>A step of the upstream's own tools, whatever its type, with our seal around its signature.</summary>
    private Step Sealed(Step step)
    {
        var wire = JsonSerializer.SerializeToNode(step, WireJson.Wire.Step)!.AsObject();
        wire["signature"] = Seal(SignaturePlace.Own, (string?)wire["signature"] ?? "");
        return wire.Deserialize(WireJson.Wire.Step)!;
    }

    private StepDelta Sealed(StepDelta delta)
    {
        var wire = JsonSerializer.SerializeToNode(delta, WireJson.Wire.StepDelta)!.AsObject();
        if ((string?)wire["signature"] is not { Length: > 0 } signature)
        {
            return delta;
        }

        wire["signature"] = Seal(SignaturePlace.Own, signature);
        return wire.Deserialize(WireJson.Wire.StepDelta)!;
    }
}
