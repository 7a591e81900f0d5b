using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Asks a model again whose answer does not fit the schema that was asked for (behaviour SO-2), and tells it what is wrong. What it says then takes the place of the
/// answer; in a stream the steps begin again under their indexes. It never makes things worse: when the model cannot be asked, or does not end by itself, the
/// answer that was there is put back.
/// </summary>
internal sealed class AnswerRepair(StructuredOutput structured, string interactionId, IReadOnlyList<ResponseFormat> formats, TurnUsage usage, TurnOutput output, int most)
{
    /// <summary>What was found of the answer; null when no schema was asked for, or the turn did not end with an answer.</summary>
    public SchemaVerdict? Verdict { get; private set; }

    /// <summary>The turn's end, after as many further calls of the model as are needed and allowed.</summary>
    /// <param name="result">How the turn ended.</param>
    /// <param name="request">The request with the conversation so far, in which the model can do nothing but answer.</param>
    /// <param name="ask">Asks the model.</param>
    /// <param name="cancellationToken">Ends the turn.</param>
    public async Task<TurnResult> RunAsync(TurnResult result, Func<ModelRequest> request, Func<ModelRequest, Task<TurnResult>> ask, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            Verdict = result.Status == InteractionStatus.Completed ? structured.Check(formats, output.Steps) : null;
            if (tries == most || Verdict is not { Outcome: SchemaOutcome.Unfit or SchemaOutcome.NotJson })
            {
                return result;
            }

            usage.OnAnswered(result.Usage, output);
            result = result with { Usage = null }; // it is added up
            structured.OnAskedAgain(interactionId, tries + 1, most);
            if (!await TryAsync(Corrected(request(), Verdict), ask, cancellationToken))
            {
                return result;
            }
        }
    }

    private async Task<bool> TryAsync(ModelRequest request, Func<ModelRequest, Task<TurnResult>> ask, CancellationToken cancellationToken)
    {
        var first = FirstOfAnswer();
        var answer = output.TakeBack(first);
        try
        {
            usage.OnAsked(request, output);
            var result = await ask(request);
            usage.OnAnswered(result.Usage, output);
            if (result.Status == InteractionStatus.Completed)
            {
                return true;
            }
        }
        catch (ApiException)
        {
            usage.OnBroken(output);
        }

        await output.PutBackAsync(first, answer, cancellationToken);
        return false;
    }

    /// <summary>What stands behind the last call and the last result: calls that were made stay made.</summary>
    private int FirstOfAnswer()
    {
        var first = output.Steps.Count;
        while (first > 0 && output.Steps[first - 1].Step is not (ICallStep or IResultStep))
        {
            first--;
        }

        return first;
    }

    private static ModelRequest Corrected(ModelRequest request, SchemaVerdict verdict)
    {
        var wrong = verdict.Outcome == SchemaOutcome.NotJson
            ? "it is not JSON"
            : string.Join("; ", verdict.Errors.Select(e => $"at '{(e.Pointer.Length == 0 ? "/" : e.Pointer)}': {e.Message}"));
        var correction = new UserInputStep
        {
            Content = [new TextContent { Text = $"Your answer does not fit the JSON schema that was asked for: {wrong}. Write the whole answer again, as JSON that fits the schema and nothing else." }],
        };
        var open = request.History[^1];
        return request with { History = [.. request.History.SkipLast(1), new HistoryTurn([.. open.Steps, new HistoryStep(correction)], isSettled: false)] };
    }
}
