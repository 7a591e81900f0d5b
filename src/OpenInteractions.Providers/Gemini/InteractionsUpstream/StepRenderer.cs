using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>Renders one turn of the history for an Interactions upstream: nearly what it is, with the upstream's own ids and signatures.</summary>
internal sealed class StepRenderer(TurnForm form, GeminiSignatures signatures)
{
    private readonly ImmutableArray<RenderedStep>.Builder _steps = ImmutableArray.CreateBuilder<RenderedStep>();
    private readonly bool _mustSign = GeminiModels.IsThirdGeneration(form.Model);

    // Of the model's run of steps that is being rendered: whether a signature covers its calls, and the one that waits for the next call.
    private bool _isSigned;
    private string? _nextSignature;

    public RenderedSteps Render(HistoryTurn turn)
    {
        foreach (var step in turn.Steps)
        {
            Render(step);
        }

        return new(_steps.ToImmutable());
    }

    private void Render(HistoryStep history)
    {
        switch (history.Step)
        {
            case UserInputStep { Content.Count: > 0 }:
                EndRun();
                _steps.Add(new RenderedStep.User(Json(history.Step)));
                break;
            case ThoughtStep thought:
                RenderThought(thought);
                break;
            case ModelOutputStep { Content.Count: > 0 }:
                _steps.Add(new RenderedStep.Model(Json(history.Step)));
                break;
            case FunctionCallStep call:
                RenderCall(history, call.Name, call.Arguments, call.Signature);
                break;
            case FunctionResultStep result:
                RenderResult(result.CallId, result.Result, result.IsError == true);
                break;
            case ICallStep or IResultStep:
                RenderServerTool(history);
                break;
        }
    }

    private void RenderThought(ThoughtStep thought)
    {
        // A thought without our mark is another vendor's: what it means to that vendor, this one cannot read.
        if (!form.UsesSignatures || signatures.Open(form.Model, thought.Signature) is not { } signature)
        {
            return;
        }

        if (signature.Place == SignaturePlace.Next)
        {
            _nextSignature = signature.Value;
            return;
        }

        _isSigned |= signature.Value.Length > 0;
        _steps.Add(new RenderedStep.Model(Json(thought with { Signature = signature.Value.Length > 0 ? signature.Value : null })));
    }

    private void RenderCall(HistoryStep history, string name, JsonElement arguments, string? ownSignature)
    {
        var id = history.CallIdFor(form.Provider)!;
        var signature = _nextSignature ?? (form.UsesSignatures ? signatures.Open(form.Model, ownSignature)?.Value : null);
        _nextSignature = null;

        // The first call of each run must be covered by a signature; a history from elsewhere says so in the documented way (behaviour FN-10).
        signature ??= _mustSign && !_isSigned ? GeminiSignatures.Placeholder : null;
        _isSigned |= signature is not null;
        var json = Json(new FunctionCallStep { Id = id, Name = name, Arguments = arguments, Signature = signature });
        _steps.Add(new RenderedStep.Call(json, ((ICallStep)history.Step).Id, id, name));
    }

    private void RenderResult(string callId, JsonElement result, bool isError)
    {
        EndRun();
        _steps.Add(new RenderedStep.Result(callId, JsonSerializer.SerializeToUtf8Bytes(result, WireJson.Wire.JsonElement), isError));
    }

    /// <summary>The upstream's own tools go back as they came; tools that this server ran were functions to the model.</summary>
    private void RenderServerTool(HistoryStep history)
    {
        if (signatures.Open(form.Model, ServerToolStep.SignatureOf(history.Step)) is { } signature)
        {
            var id = history.CallIdFor(form.Provider)!;
            var value = form.UsesSignatures ? signature.Value : "";
            _steps.Add(new RenderedStep.Model(Json(history.Step, id, value.Length > 0 ? value : null)));
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

    private void EndRun()
    {
        _isSigned = false;
        _nextSignature = null;
    }

    private static byte[] Json(Step step) => JsonSerializer.SerializeToUtf8Bytes(step, WireJson.Wire.Step);

    /// <summary>A step of any type with the upstream's id and signature in place of ours.</summary>
    private static byte[] Json(Step step, string id, string? signature)
    {
        var wire = JsonSerializer.SerializeToElement(step, WireJson.Wire.Step);
        return JsonScratch.Object(json =>
        {
            foreach (var member in wire.EnumerateObject())
            {
                if (member.NameEquals("id"u8) || member.NameEquals("call_id"u8))
                {
                    json.WriteString(member.Name, id);
                }
                else if (!member.NameEquals("signature"u8))
                {
                    member.WriteTo(json);
                }
            }

            if (signature is not null)
            {
                json.WriteString("signature", signature);
            }
        });
    }
}
