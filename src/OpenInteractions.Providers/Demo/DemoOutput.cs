using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>Turns a reply into events: the thought, then calls or text, within the limits that the request sets, and the count at the end.</summary>
internal sealed class DemoOutput(ModelRequest request, Conversation conversation, DemoReply reply, ISignatureEnvelope envelope)
{
    private readonly int _limit = Math.Min(request.Config.MaxOutputTokens ?? int.MaxValue, request.Model.Capabilities.OutputTokenLimit ?? int.MaxValue);
    private int _thoughtTokens;
    private int _outputTokens;
    private bool _hitLimit;

    private int Left => _limit - _thoughtTokens - _outputTokens;

    public IEnumerable<ModelEvent> Events()
    {
        request.Meter.Follow(Count);
        var thought = request.Config.ThinkingLevel is null ? [] : ThoughtEvents();
        var output = reply.Calls.Count > 0 ? CallEvents() : TextEvents();
        foreach (var happens in thought.Concat(output))
        {
            yield return happens;
        }

        yield return new ModelStopped(_hitLimit ? ModelStopReason.TokenLimit : ModelStopReason.Finished, Count());
    }

    private IEnumerable<ModelEvent> ThoughtEvents()
    {
        var own = DemoThought.IsOwn(envelope, request, conversation.LastSignature);
        var text = DemoThought.Text(request, reply, own);
        var shows = request.Config.ThinkingSummaries == "auto";
        yield return new StepStarted(new ThoughtStep());
        foreach (var piece in DemoTokens.Split(text))
        {
            if (Left <= 0)
            {
                _hitLimit = true;
                break;
            }

            // Thought tokens count against the limit, shown or not (behaviour TH-3).
            _thoughtTokens++;
            if (shows)
            {
                yield return new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = piece } });
            }
        }

        yield return new StepPiece(new ThoughtSignatureDelta { Signature = DemoThought.Seal(envelope, request, text) });
        yield return new StepStopped();
    }

    private IEnumerable<ModelEvent> CallEvents()
    {
        var number = 0;
        foreach (var call in reply.Calls)
        {
            var arguments = JsonAnswer.Text(call.Arguments);
            var cost = DemoTokens.Count(call.Name) + DemoTokens.Count(arguments);
            if (_hitLimit || cost > Left)
            {
                _hitLimit = true; // half a call is of no use to anybody
                yield break;
            }

            _outputTokens += cost;
            yield return new StepStarted(new FunctionCallStep { Id = $"call_{++number}", Name = call.Name, Arguments = EmptyObject });
            foreach (var piece in DemoTokens.Split(arguments))
            {
                yield return new StepPiece(new ArgumentsDelta { Arguments = piece });
            }

            yield return new StepStopped();
        }
    }

    private IEnumerable<ModelEvent> TextEvents()
    {
        if (_hitLimit)
        {
            yield break;
        }

        var filter = new StopSequenceFilter(request.Config.StopSequences);
        yield return new StepStarted(new ModelOutputStep());
        foreach (var piece in reply.Pieces)
        {
            if (Left <= 0)
            {
                _hitLimit = true;
                break;
            }

            if (filter.Pass(piece) is { Length: > 0 } text)
            {
                yield return new StepPiece(new TextDelta { Text = text });
            }

            _outputTokens++; // once it is said: who cancels before it was, in a pause, does not pay for it
            if (filter.HasStopped)
            {
                break;
            }
        }

        if (filter.Rest() is { Length: > 0 } rest)
        {
            yield return new StepPiece(new TextDelta { Text = rest });
        }

        yield return new StepStopped();
    }

    private Usage Count() => new()
    {
        TotalInputTokens = conversation.Tokens.Total,
        TotalOutputTokens = _outputTokens,
        TotalThoughtTokens = _thoughtTokens,
        TotalTokens = conversation.Tokens.Total + _outputTokens + _thoughtTokens,
        InputTokensByModality = conversation.Tokens.ByModality(),
        OutputTokensByModality = _outputTokens == 0 ? [] : [new ModalityTokens { Modality = "text", Tokens = _outputTokens }],
    };

    private static readonly System.Text.Json.JsonElement EmptyObject = System.Text.Json.JsonElement.Parse("{}");
}
