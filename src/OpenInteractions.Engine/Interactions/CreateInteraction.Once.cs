using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Interactions;

// Creates that may come twice (behaviour ER-7): clients repeat a POST whose answer they did not get, and must not start a second run by it.
public sealed partial class CreateInteraction
{
    private const string KeyHeader = "Idempotency-Key";

    private static void RequireStored(CreateInteractionRequest request, IdempotencyMark? mark)
    {
        if (mark is not null && request.Store == false)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'{KeyHeader}' needs 'store': of what is not kept a second request could not be answered. Leave the header out, or 'store'.", "store");
        }
    }

    /// <summary>An answer that somebody may ask for again: kept before the model is asked, so that the second request finds it while it runs, and after a crash.</summary>
    private async Task<CreatedInteraction> AnsweredOnceAsync(RunPlan plan, CancellationToken gone)
    {
        var lease = await InsertAsync(plan, startsNow: true);
        var run = _executor.Start(plan, lease, hasEvents: true);
        var ended = await run.Execution.WaitAsync(gone);
        if (run.Refusal is { } refusal)
        {
            throw await WithdrawAsync(run, refusal);
        }

        return new CreatedInteraction.Answered(ended ?? throw Elsewhere()) { Warning = run.Warning };
    }

    /// <summary>Answers a request that came before with what the first one made, in the form that is asked for.</summary>
    private async Task<CreatedInteraction> RepeatAsync(string project, CreateInteractionRequest request, IdempotencyMark mark, EarlierCreate earlier, CancellationToken gone)
    {
        if (earlier.RequestHash != mark.RequestHash)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The '{KeyHeader}' was used before with another body: use a new key for a new request.", KeyHeader);
        }

        var events = _streams.Follow(project, earlier.InteractionId, feed: null);
        if (request.Stream == true)
        {
            return new CreatedInteraction.Streamed(earlier.InteractionId, events);
        }

        if (request.Background != true)
        {
            await ReadToEndAsync(events, gone);
        }

        return new CreatedInteraction.Answered(await _store.GetAsync(project, earlier.InteractionId, gone) ?? throw Elsewhere());
    }

    /// <summary>Waits for the end alone. At a planned stop the run is handed over, and its end does not come here.</summary>
    private async Task ReadToEndAsync(EventStream events, CancellationToken gone)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, _lifetime.ApplicationStopping);
        try
        {
            await foreach (var frames in events.ReadAsync(either.Token))
            {
                _ = frames;
            }
        }
        catch (OperationCanceledException) when (_lifetime.ApplicationStopping.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw Elsewhere();
        }
    }

    // The run was handed over, or the first request was refused while the second one waited for it.
    private static ApiException Elsewhere() =>
        new(ErrorCode.ServiceUnavailable, $"The interaction has not ended here. Send the same request with the same '{KeyHeader}' again.", retryAfter: TimeSpan.FromSeconds(1));

    /// <summary>Takes a repeated request from where it is kept to where it is answered.</summary>
    private sealed class CameBeforeException(EarlierCreate earlier) : Exception
    {
        public EarlierCreate Earlier => earlier;
    }
}
