using OpenInteractions.Engine.Citations;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Turns;

/// <summary>How a turn ended.</summary>
/// <param name="Status">A final status.</param>
/// <param name="Usage">Tokens of all calls, or null.</param>
/// <param name="Fault">Why it failed, or null.</param>
/// <param name="IsCut">A token limit ended the last model call.</param>
internal sealed record TurnResult(InteractionStatus Status, Usage? Usage, ModelFault? Fault, bool IsCut = false);

/// <summary>
/// Model → steps: one call of the model, written once as a stream. Calls that the client must answer end the turn (behaviour TL-1, FN-1); those that the
/// server answers are taken by a <see cref="RoundCalls"/>, for <see cref="ToolLoop"/> to run.
/// </summary>
internal static class TurnLoop
{
    /// <summary>Runs the turn, or one round of it.</summary>
    /// <param name="provider">Who is asked.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="output">Takes the steps.</param>
    /// <param name="server">Takes the calls that this server answers; null when there are no such functions.</param>
    /// <param name="maxSteps">Most steps of one interaction.</param>
    /// <param name="cancellationToken">Ends the turn.</param>
    /// <exception cref="ApiException">The provider failed; steps that were complete are in <paramref name="output"/>.</exception>
    public static async Task<TurnResult> RunAsync(IModelProvider provider, ModelRequest request, TurnOutput output, RoundCalls? server, int maxSteps, CancellationToken cancellationToken)
    {
        var ids = new CallIds(provider.Name, request.Model.Family);
        (bool IsHeld, ProviderState? State) stop = default;
        await using var events = CitedAnswer.Of(provider.StreamAsync(request, cancellationToken), request.History).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(events, output).ConfigureAwait(false))
        {
            var value = events.Current;
            output.Bound.Add(value);
            if (stop.IsHeld)
            {
                await (value is ModelStopped { Reason: ModelStopReason.TokenLimit } ? output.CutAsync(cancellationToken) : Whole(output.StopAsync(stop.State, cancellationToken)));
                stop = default;
            }

            if (server is not null && await server.TakeAsync(value, ids, output, maxSteps, cancellationToken))
            {
                continue;
            }

            switch (value)
            {
                case StepStarted started:
                    RequireCallable(started.Shell, request, server);
                    RequireRoom(output, maxSteps);
                    output.Hold(ids.Nativize(started.Shell));
                    break;
                case StepPiece piece:
                    await output.AddAsync(piece.Delta, cancellationToken);
                    break;
                case StepStopped stopped when output.IsUnfinishedCall:
                    // What comes next tells whether a limit cut it: half of an argument must never be executed, however well it could be mended.
                    stop = (true, ids.StateOf(stopped.State));
                    break;
                case StepStopped stopped:
                    await output.StopAsync(ids.StateOf(stopped.State), cancellationToken);
                    break;
                case ModelStopped { Reason: ModelStopReason.Finished } when output.HasOpenStep:
                    // Not the whole of it: to take it for that would lose the step, and what was shown of it.
                    throw new ApiException(ErrorCode.ServiceUnavailable, "The model provider ended its answer in the middle of a step.");
                case ModelStopped stopped:
                    await output.CutAsync(cancellationToken); // a step that the limit or the filter cut, if the provider did not say that it ends
                    return new TurnResult(StatusOf(stopped.Reason, output), stopped.Usage, stopped.Error, stopped.Reason == ModelStopReason.TokenLimit);
            }
        }

        throw new ApiException(ErrorCode.ServiceUnavailable, "The model provider ended its answer without saying so.");
    }

    /// <summary>A call that the client answers is of a function that was declared, and that the choice lets the model call (behaviour FN-8, FN-11).</summary>
    private static void RequireCallable(Step shell, ModelRequest request, RoundCalls? server)
    {
        if (shell is not FunctionCallStep { Name: var name } || request.PredefinedFunctions.Contains(name))
        {
            return;
        }

        if (!request.Functions.Any(f => f.Name == name))
        {
            throw new ApiException(ErrorCode.UnexpectedToolCall, $"The model called '{Excerpt.Of(name)}', which was not declared.");
        }

        if (!ToolChoices.Allows(server is null ? request.Config.ToolChoice : server.Asked, name))
        {
            throw ToolChoices.NotAllowed(name);
        }
    }

    private static ValueTask<bool> NextAsync(IAsyncEnumerator<ModelEvent> events, TurnOutput output)
    {
        var next = events.MoveNextAsync();
        if (!next.IsCompleted)
        {
            output.Show();
        }

        return next;
    }

    private static InteractionStatus StatusOf(ModelStopReason reason, TurnOutput output) => reason switch
    {
        ModelStopReason.Blocked => InteractionStatus.Failed,
        // Calls that were complete before the limit came are owed an answer, and the turn cannot be continued without it (behaviour FN-3).
        _ when PendingCalls.Of(output.Steps).Count > 0 => InteractionStatus.RequiresAction,
        ModelStopReason.TokenLimit => InteractionStatus.Incomplete,
        _ => InteractionStatus.Completed,
    };

    private static async ValueTask Whole(ValueTask<Step?> stopping) => await stopping;

    internal static void RequireRoom(TurnOutput output, int maxSteps)
    {
        if (output.Steps.Count >= maxSteps)
        {
            throw new ApiException(ErrorCode.TooManyToolCalls, $"The interaction made {maxSteps} steps, which is the most it may make.");
        }
    }

}

/// <summary>Gives calls native ids and remembers the upstream's (protocols P-4).</summary>
internal sealed class CallIds(string provider, string family)
{
    private Dictionary<string, string>? _native;
    private string? _upstream;

    /// <summary>The step with a native id; a result gets the id of its call.</summary>
    public Step Nativize(Step shell)
    {
        _upstream = null;
        switch (shell)
        {
            case ICallStep call:
                var native = InteractionId.Random("call_");
                (_native ??= new(StringComparer.Ordinal))[call.Id] = native; // an upstream that repeats an id means its newest call
                _upstream = call.Id.Length > 0 ? call.Id : null;
                return StepIds.WithId(shell, native);
            case IResultStep result when _native is not null && _native.TryGetValue(result.CallId, out var known):
                _upstream = result.CallId;
                return StepIds.WithId(shell, known);
            default:
                return shell;
        }
    }

    /// <summary>What is kept with the step that began last, or null when there is nothing to keep.</summary>
    public ProviderState? StateOf(JsonElement? data) =>
        _upstream is null && data is null ? null : new ProviderState(provider, family, _upstream, data);
}
