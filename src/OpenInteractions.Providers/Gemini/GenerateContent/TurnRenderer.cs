using System.Collections.Immutable;
using System.Text;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// Renders one turn of the history. Signed parts go back exactly as they came: on the same part, not merged with a neighbour (protocols 6.5).
/// </summary>
internal sealed class TurnRenderer(TurnForm form, GeminiSignatures signatures)
{
    private readonly ImmutableArray<RenderedSegment>.Builder _segments = ImmutableArray.CreateBuilder<RenderedSegment>();
    private readonly StringBuilder _text = new();
    private readonly bool _isThirdGeneration = GeminiModels.IsThirdGeneration(form.Model);
    private readonly bool _takesMedia = GeminiModels.TakesMediaInResults(form.Model);
    private JsonObjects _parts = new();
    private ImmutableArray<RenderedCall>.Builder _calls = ImmutableArray.CreateBuilder<RenderedCall>();
    private string? _nextSignature;

    public RenderedTurn Render(HistoryTurn turn)
    {
        foreach (var step in turn.Steps)
        {
            Render(step);
        }

        EndModel();
        return new(_segments.ToImmutable());
    }

    private void Render(HistoryStep history)
    {
        switch (history.Step)
        {
            case UserInputStep input:
                EndModel();
                RenderUser(input);
                break;
            case ThoughtStep thought:
                RenderThought(thought);
                break;
            case ModelOutputStep output:
                RenderOutput(output);
                break;
            case FunctionCallStep call:
                RenderCall(history, call.Name, call.Arguments, call.Signature);
                break;
            case FunctionResultStep result:
                RenderResult(result.CallId, result.Result, result.IsError == true);
                break;
            case CodeExecutionCallStep call when OpenOwn(call.Signature) is { } signature:
                RenderCode(call, signature);
                break;
            case CodeExecutionResultStep result when OpenOwn(result.Signature) is { } signature:
                RenderCodeResult(result, signature);
                break;
            default:
                RenderServerTool(history);
                break;
        }
    }

    private void RenderUser(UserInputStep input)
    {
        var parts = new JsonObjects();
        foreach (var block in input.Content ?? [])
        {
            switch (block)
            {
                case TextContent { Text.Length: > 0 } text:
                    parts.Add(json => json.WriteString("text", text.Text));
                    break;
                case MediaContent media:
                    parts.Add(json => MediaParts.Write(json, media));
                    break;
            }
        }

        if (!parts.IsEmpty)
        {
            _segments.Add(new RenderedSegment.User(parts.ToBytes()));
        }
    }

    private void RenderThought(ThoughtStep thought)
    {
        if (Open(thought.Signature) is not { } signature)
        {
            return; // another vendor's thought, or an unsigned summary: the vendor does not need it back
        }

        switch (signature.Place)
        {
            case SignaturePlace.Next:
                _nextSignature = signature.Value;
                break;
            case SignaturePlace.Text when signature.Length <= _text.Length:
                var tail = _text.ToString(_text.Length - signature.Length, signature.Length);
                _text.Length -= signature.Length;
                EndText();
                AddPart(json => json.WriteString("text", tail), signature.Value);
                break;
            case SignaturePlace.Own:
                EndText();
                var summary = string.Concat((thought.Summary ?? []).OfType<TextContent>().Select(t => t.Text));
                var signed = signature.Length <= summary.Length ? summary[^signature.Length..] : summary;
                AddPart(
                    json =>
                    {
                        json.WriteString("text", signed);
                        json.WriteBoolean("thought", true);
                    },
                    signature.Value);
                break;
        }
    }

    private void RenderOutput(ModelOutputStep output)
    {
        foreach (var block in output.Content ?? [])
        {
            switch (block)
            {
                case TextContent text:
                    _text.Append(text.Text);
                    break;
                case MediaContent media:
                    EndText();
                    AddPart(json => MediaParts.WriteData(json, media), TakeNextSignature());
                    break;
            }
        }
    }

    private void RenderCall(HistoryStep history, string name, JsonElement arguments, string? ownSignature)
    {
        EndText();
        var native = ((ICallStep)history.Step).Id;
        var id = VendorId(history);
        var signature = TakeNextSignature() ?? Open(ownSignature)?.Value;

        // The first call of each step must be signed; a history from elsewhere says so in the documented way.
        signature ??= _isThirdGeneration && _calls.Count == 0 ? GeminiSignatures.Placeholder : null;
        AddPart(
            json =>
            {
                json.WriteStartObject("functionCall");
                json.WriteString("name", name);
                json.WritePropertyName("args");
                arguments.WriteTo(json);
                if (id is not null)
                {
                    json.WriteString("id", id);
                }

                json.WriteEndObject();
            },
            signature);
        _calls.Add(new(native, id, name));
    }

    private void RenderResult(string callId, JsonElement result, bool isError)
    {
        EndModel();
        _segments.Add(new RenderedSegment.Response(callId, FunctionResponses.Render(result, isError, takesMedia: _takesMedia)));
    }

    private void RenderCode(CodeExecutionCallStep call, VendorSignature signature)
    {
        EndText();
        AddPart(
            json =>
            {
                json.WriteStartObject("executableCode");
                json.WriteString("language", "PYTHON");
                json.WriteString("code", call.Arguments.Code);
                json.WriteEndObject();
            },
            signature.Value);
    }

    private void RenderCodeResult(CodeExecutionResultStep result, VendorSignature signature)
    {
        EndText();
        AddPart(
            json =>
            {
                json.WriteStartObject("codeExecutionResult");
                json.WriteString("outcome", result.IsError == true ? "OUTCOME_FAILED" : "OUTCOME_OK");
                json.WriteString("output", ToolResult.Text(result.Result));
                json.WriteEndObject();
            },
            signature.Value);
    }

    /// <summary>
    /// Tools that a server ran. The vendor's own search leaves no parts that could go back: what it found is in the text. Any other tool was
    /// a function to the model that called it, and is shown as one.
    /// </summary>
    private void RenderServerTool(HistoryStep history)
    {
        if (history.Step is not (ICallStep or IResultStep))
        {
            return;
        }

        if (OpenOwn(ServerToolStep.SignatureOf(history.Step)) is not null)
        {
            return;
        }

        var tool = ServerToolStep.From(history);
        if (history.Step is ICallStep)
        {
            RenderCall(history, tool.Name, tool.Payload, ownSignature: null);
        }
        else
        {
            RenderResult(((IResultStep)history.Step).CallId, tool.Payload, tool.IsError);
        }
    }

    private void AddPart(Action<Utf8JsonWriter> write, string? signature) => _parts.Add(json =>
    {
        write(json);
        if (!string.IsNullOrEmpty(signature))
        {
            json.WriteString("thoughtSignature", signature);
        }
    });

    private void EndText()
    {
        if (_text.Length > 0)
        {
            var text = _text.ToString();
            _text.Clear();
            _parts.Add(json => json.WriteString("text", text));
        }
    }

    private void EndModel()
    {
        EndText();
        _nextSignature = null;
        if (!_parts.IsEmpty)
        {
            _segments.Add(new RenderedSegment.Model(_parts.ToBytes(), _calls.ToImmutable()));
            _parts = new();
            _calls = ImmutableArray.CreateBuilder<RenderedCall>();
        }
    }

    private string? TakeNextSignature()
    {
        var signature = _nextSignature;
        _nextSignature = null;
        return signature;
    }

    private VendorSignature? Open(string? signature) => form.UsesSignatures ? signatures.Open(form.Model, signature) : null;

    /// <summary>Opens the mark that this adapter sets on calls and results of the vendor's own tools; its value is empty where the vendor signed nothing.</summary>
    private VendorSignature? OpenOwn(string? signature) =>
        signatures.Open(form.Model, signature) is { Place: SignaturePlace.Own } own ? form.UsesSignatures ? own : own with { Value = "" } : null;

    private string? VendorId(HistoryStep history) =>
        history.CallIdFor(form.Provider) is { } id && !id.StartsWith(ContentReader.UnnamedCall, StringComparison.Ordinal) ? id : null;
}
