using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// Executes runs: loads the conversation, runs the turn, keeps the outcome, shows the end. Foreground, streamed and background interactions are
/// the same here; they differ in what is kept before (the lease) and in who reads (design 5).
/// </summary>
public sealed partial class RunExecutor
{
    private readonly ModelCatalog _catalog;
    private readonly ConversationChain _chain;
    private readonly IInteractionStore _store;
    private readonly IRunQueue _queue;
    private readonly IEventJournal _journal;
    private readonly JournalWriter _writer;
    private readonly RunRegistry _registry;
    private readonly ToolTurns _tools;
    private readonly SealedReadings _readings;
    private readonly StructuredOutput _structured;
    private readonly EngineInstruments _instruments;
    private readonly StorePatience _patience;
    private readonly LeaseKeeper _leases;
    private readonly RunOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RunExecutor> _logger;

    /// <summary>Made by the container.</summary>
    public RunExecutor(ModelCatalog catalog, ConversationChain chain, IInteractionStore store, IRunQueue queue, IEventJournal journal, JournalWriter writer, RunRegistry registry, ToolTurns tools, SealedReadings readings, StructuredOutput structured, EngineInstruments instruments, StorePatience patience, LeaseKeeper leases, IOptions<RunOptions> options, TimeProvider time, ILogger<RunExecutor> logger)
    {
        (_catalog, _chain, _store, _queue, _journal) = (catalog, chain, store, queue, journal);
        (_writer, _registry, _tools, _readings, _structured, _instruments, _patience, _leases, _options, _time, _logger) = (writer, registry, tools, readings, structured, instruments, patience, leases, options.Value, time, logger);
    }

    /// <summary>
    /// Starts a run; its end is told by <see cref="ActiveRun.Execution"/>. One that was kept before starts beside the caller; one that the caller
    /// waits for starts on his thread, which saves a switch.
    /// </summary>
    /// <param name="plan">What to do.</param>
    /// <param name="lease">The lease, for a run that was kept before it started.</param>
    /// <param name="hasEvents">True when somebody may listen; a run with a lease can always be followed.</param>
    /// <param name="recovery">What a former owner left, or null.</param>
    internal ActiveRun Start(RunPlan plan, RunLease? lease, bool hasEvents, RunRecovery? recovery = null)
    {
        if (lease is { } held)
        {
            var prepared = Prepare(plan, held, recovery);
            prepared.Begin();
            return prepared;
        }

        var run = new ActiveRun(plan, lease: null, _writer, hasEvents, _time) { ErasuresBefore = _chain.Erasures };
        run.Execution = ExecuteAsync(run, recovery);
        _registry.Add(run);
        return run;
    }

    /// <summary>
    /// Starts a run while its row is being written, so that nobody waits for the disk and the model one after the other. <see cref="Confirm"/> must
    /// follow when the row is durable, otherwise <see cref="Discard"/>: nothing of the run was kept or shown.
    /// </summary>
    /// <param name="plan">What to do.</param>
    /// <param name="lease">The lease that the row will hold.</param>
    /// <param name="kept">Ends when the row is durable.</param>
    internal ActiveRun StartAhead(RunPlan plan, RunLease lease, Task kept)
    {
        var run = new ActiveRun(plan, lease, _writer, hasEvents: true, _time) { Kept = kept, ErasuresBefore = _chain.Erasures };
        run.Log!.HoldBack();
        run.Execution = ExecuteAsync(run, recovery: null);
        return run;
    }

    /// <summary>The row of a run that was started ahead is durable: now it can be found, and its events be kept.</summary>
    internal void Confirm(ActiveRun run)
    {
        run.Log!.Release();
        _registry.Add(run);
    }

    /// <summary>The row of a run that was started ahead could not be written: it ends, wherever it is, and leaves nothing.</summary>
    internal static void Discard(ActiveRun run)
    {
        run.Stop(StopCause.LeaseLost);
        run.Log!.OnFlushFailed(); // who brings a step to its end waits for the journal whatever has happened, and it will never come
    }

    /// <summary>Makes a run known, so that it can be followed and cancelled, without starting it: <see cref="ActiveRun.Begin"/> must follow.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="recovery">What is left of the run's life before; null for a new run.</param>
    /// <param name="leasedAt">When the lease was taken (<see cref="ActiveRun.LeasedAt"/>); null for now.</param>
    internal ActiveRun Prepare(RunPlan plan, RunLease lease, RunRecovery? recovery = null, long? leasedAt = null)
    {
        var run = new ActiveRun(plan, lease, _writer, hasEvents: true, _time) { ErasuresBefore = _chain.Erasures };
        run.LeasedAt = leasedAt ?? run.LeasedAt;
        if (recovery is { WasQueued: true })
        {
            // The same as readers were shown while it waited, and before anybody can find the run.
            foreach (var value in InteractionEvents.Queued(plan.Interaction))
            {
                _ = run.Log!.AppendAsync(value, CancellationToken.None).AsTask(); // does not wait, as nothing can cancel it
            }
        }

        run.Prepare(() => ExecuteAsync(run, recovery));
        _registry.Add(run);
        return run;
    }

    private async Task<StoredInteraction?> ExecuteAsync(ActiveRun run, RunRecovery? recovery)
    {
        using var disposed = run;
        try
        {
            var output = new TurnOutput(run.Log, run.FirstOutput, recovery?.Steps ?? [], recovery?.ShownThrough ?? -1) { Bound = new(_options.MaxOutputBytes) };
            if (recovery is { Standing: not null })
            {
                output.Owe(recovery.OpenCalls);
                foreach (var made in recovery.Standing.Started)
                {
                    output.OnMade(made);
                }
            }

            var ending = await RunTurnAsync(run, output, recovery);
            var ended = ending is null ? null : await KeepAsync(run, output, ending);
            if (ended is null)
            {
                run.Log?.Abandon();
            }

            return ended;
        }
        catch (OperationCanceledException)
        {
            // The lease was lost while the end was being written: another owner goes on.
            LogLeaseLost(run.Id);
            run.Log?.Abandon();
            return null;
        }
        catch (Exception exception)
        {
            if (exception is not ApiException)
            {
                LogRunFailed(exception, run.Id);
            }

            _instruments.OnFailed(run.Plan.Provider, (exception as ApiException)?.Code ?? ErrorCode.ApiError);

            run.Log?.Abandon();
            throw;
        }
        finally
        {
            run.Plan.Slot?.Dispose();
            _registry.End(run);
            if (!run.FirstOutput.Task.IsCompleted)
            {
                // Elsewhere: who waits will ask how this very execution ended.
                ThreadPool.UnsafeQueueUserWorkItem(static first => first.TrySetResult(), run.FirstOutput, preferLocal: true);
            }
        }
    }

    private async Task<RunEnding?> RunTurnAsync(ActiveRun run, TurnOutput output, RunRecovery? recovery)
    {
        // Of a turn that was cut, what the provider had reported until then counts (behaviour SE-11).
        var usage = new TurnUsage(recovery?.Usage);
        try
        {
            await BeginAsync(run, recovery);
            run.Stopped.ThrowIfCancellationRequested(); // it may have been cancelled before it began: nobody is asked
            if (recovery?.GivenUp is { } fault)
            {
                return await FailAsync(output, fault, usage);
            }

            var model = run.Plan.Model ?? await _catalog.ResolveAsync(run.Plan.Request.Model!, run.Stopped);
            var history = await LoadHistoryAsync(run);
            await _leases.RequireHeldAsync(run);
            var repair = new AnswerRepair(_structured, run.Id, ModelRequests.Formats(run.Plan.Request), usage, output, _options.MaxRepairs);
            var result = recovery is { Standing: not null } || _tools.IsNeededFor(run.Plan.Request)
                ? await _tools.RunAsync(TurnJob.Of(run.Plan, model, history, output, usage, repair, recovery, _readings, _options.MaxSteps), run.Stopped)
                : await AskAsync(run, model, history, output, usage, repair, isRepeated: recovery is { WasQueued: false });
            var warning = repair.Verdict is { } verdict ? _structured.Record(run.Id, verdict) : null;
            run.Warn(warning);
            await output.ReplaceStaleAsync(run.Stopped);
            return new RunEnding(result.Status, usage.Of(result.Usage, output, hasAnswered: true), result.Fault) { Warning = warning };
        }
        catch (OperationCanceledException) when (run.Stopped.IsCancellationRequested)
        {
            return await StoppedAsync(run, output, usage);
        }
        catch (ApiException exception) when (run.Log is not null || HasAnswered(exception))
        {
            LogRefused(run.Id, exception.Code, exception.Message);
            run.Refusal = HasAnswered(exception) ? null : exception;
            return await FailAsync(output, new ModelFault(exception.Code, exception.Message), usage);
        }
        catch (Exception exception) when (exception is not ApiException && (run.Log is not null || output.HasBegun))
        {
            LogRunFailed(exception, run.Id);
            return await FailAsync(output, new ModelFault(ErrorCode.ApiError, "The server failed while it worked on this interaction."), usage);
        }
        finally
        {
            if (usage.IsEstimated)
            {
                _instruments.OnUsageEstimated();
                LogEstimated(run.Id);
                run.Warn("usage: estimated, because the provider reported none");
            }
        }

        // A first output that must not be passed on is none that anybody sees, but the model was asked and has answered (behaviour ER-5, FN-11).
        bool HasAnswered(ApiException exception) => output.HasBegun || ErrorTable.IsOutcome(exception.Code);
    }

    /// <summary>A turn that is one call of the model: nothing that it may call is answered here.</summary>
    private async Task<TurnResult> AskAsync(ActiveRun run, ResolvedModel model, IReadOnlyList<HistoryTurn> history, TurnOutput output, TurnUsage usage, AnswerRepair repair, bool isRepeated)
    {
        var request = ModelRequests.Build(run.Plan, model.Model, history, output, _readings);
        usage.OnAsked(request, output);
        var result = await CallAsync(request, isRepeated);
        if (result.Status == InteractionStatus.RequiresAction)
        {
            _tools.OnClientCalls(run.Id, output.Steps);
        }

        return await repair.RunAsync(result, Again, again => CallAsync(again, isRepeated: false), run.Stopped);

        Task<TurnResult> CallAsync(ModelRequest asked, bool isRepeated)
        {
            _instruments.OnProviderCalled(isRepeated);
            return TurnLoop.RunAsync(model.Provider, asked, output, server: null, _options.MaxSteps, run.Stopped);
        }

        ModelRequest Again() => ModelRequests.Build(run.Plan, model.Model, history, output, _readings).Answering();
    }

    private static async Task BeginAsync(ActiveRun run, RunRecovery? recovery)
    {
        if (run.Log is null)
        {
            return;
        }

        IEnumerable<StreamEvent> begin = recovery is { HasEvents: true }
            ? [InteractionEvents.StatusUpdate(run.Id, InteractionStatus.InProgress)]
            : InteractionEvents.Begin(run.Plan.Interaction);
        foreach (var value in begin)
        {
            await run.Log.AppendAsync(value, run.Stopped);
        }

        run.Log.Show();
    }

    private ValueTask<IReadOnlyList<HistoryTurn>> LoadHistoryAsync(ActiveRun run) => run.Plan.Interaction.PreviousId is { } previous
        ? new(LoadHistoryAsync(run, previous))
        : new([]);

    private Task<IReadOnlyList<HistoryTurn>> LoadHistoryAsync(ActiveRun run, string previous) =>
        _patience.WithAsync(run, () => _chain.LoadAsync(run.Plan.Interaction.Project, previous, run.Stopped));

    private async Task<RunEnding?> StoppedAsync(ActiveRun run, TurnOutput output, TurnUsage usage)
    {
        switch (run.Cause)
        {
            case StopCause.Cancelled:
                await output.CutAsync(CancellationToken.None);
                await output.AnswerOwedAsync("The interaction was cancelled before the call had a result.", CancellationToken.None);
                await output.ReplaceStaleAsync(CancellationToken.None);
                return new RunEnding(InteractionStatus.Cancelled, usage.Of(reported: null, output, usage.HasAnswer(output)), null);
            case StopCause.Deadline:
                return await FailAsync(output, new ModelFault(ErrorCode.DeadlineExceeded, "The interaction took longer than it may."), usage);
            case StopCause.Refused:
                return await UnkeptAsync(run, output, usage.Of(reported: null, output, usage.HasAnswer(output)));
            case StopCause.Stopping when run.Lease is { } lease:
                // A planned stop is not a failure: hand the run over now instead of letting the lease time out.
                await run.Log!.HandOverAsync(InteractionEvents.StatusUpdate(run.Id, InteractionStatus.InProgress));
                await _queue.ReleaseAsync(lease, CancellationToken.None);
                return null;
            case StopCause.Stopping:
                var stopping = new ApiException(ErrorCode.ServiceUnavailable, "The server is stopping. Send the request again.", retryAfter: TimeSpan.FromSeconds(1));
                if (run.Log is null)
                {
                    throw stopping;
                }

                // A stream that nobody can resume: its reader must not take what has come for the whole.
                run.Refusal = output.HasBegun ? null : stopping;
                return await FailAsync(output, new ModelFault(stopping.Code, stopping.Message), usage);
            default:
                LogLeaseLost(run.Id);
                return null;
        }
    }

    private static async Task<RunEnding> FailAsync(TurnOutput output, ModelFault fault, TurnUsage usage)
    {
        await output.CutAsync(CancellationToken.None);
        await output.AnswerOwedAsync("The interaction failed before the call had a result.", CancellationToken.None);
        await output.ReplaceStaleAsync(CancellationToken.None);
        return new RunEnding(InteractionStatus.Failed, usage.Of(reported: null, output, usage.HasAnswer(output) || ErrorTable.IsOutcome(fault.Code)), fault);
    }

    private async Task<StoredInteraction?> KeepAsync(ActiveRun run, TurnOutput output, RunEnding ending)
    {
        if (!await IsKeptAsync(run))
        {
            return null;
        }

        if (run.Lease is { } lease)
        {
            return await FinishAsync(run, lease, output, ending);
        }

        var ended = ending.Of(run.Plan.Interaction, output, _time.GetUtcNow());
        if (run.Plan.IsStored)
        {
            await _store.InsertFinishedAsync(ended, CancellationToken.None);
            Remember(run, ended, output);
        }

        OnEnded(run, ending);
        if (run.Log is { } log)
        {
            run.Plan.Slot?.Dispose();
            log.ShowLast((await log.CloseAsync(InteractionEvents.End(ended))).LastFrames);
        }

        return ended;
    }

    private async Task<StoredInteraction?> FinishAsync(ActiveRun run, RunLease lease, TurnOutput output, RunEnding ending)
    {
        ClosedLog? closed = null;
        for (var isUnkept = false; ; isUnkept = true)
        {
            try
            {
                var ended = ending.Of(run.Plan.Interaction, output, _time.GetUtcNow());
                closed = await run.Log!.CloseAsync(InteractionEvents.End(ended));
                if (!await _patience.WithAsync(run, () => KeepAsync(lease, ended, closed.Tail)))
                {
                    if (run.Stop(StopCause.LeaseLost))
                    {
                        _instruments.OnLeaseLost("fenced");
                    }

                    LogLeaseLost(run.Id);
                    return null;
                }

                Remember(run, ended, output);
                run.Plan.Slot?.Dispose(); // who sees the end may send the next one
                OnEnded(run, ending);
                run.Log.ShowLast(closed.LastFrames);
                return ended;
            }
            catch (Exception exception) when (!isUnkept && exception is not (StoreUnavailableException or OperationCanceledException))
            {
                // The store works, and does not take an event or the outcome: the run would be executed again and again, and never end.
                LogUnkept(exception, run.Id);
                if (closed is not null)
                {
                    run.Log!.Reopen(closed);
                }

                ending = await UnkeptAsync(run, output, ending.Usage);
            }
        }
    }

    private async Task<bool> KeepAsync(RunLease lease, StoredInteraction ended, JournalBatch tail)
    {
        var journal = await CompactJournal.BuildAsync(_journal, ended.Project, ended.Id, tail, CancellationToken.None);
        return await _queue.FinishAsync(lease, RunEnding.OutcomeOf(ended), journal, CancellationToken.None);
    }

    /// <summary>Ends a run without what the store does not take: the steps that it did not take an event of, or all when it did not take the outcome.</summary>
    private static async Task<RunEnding> UnkeptAsync(ActiveRun run, TurnOutput output, Usage? usage)
    {
        await output.ReplaceFromAsync(run.Log!.TakeRefusal() ?? 0, CancellationToken.None);
        await output.AnswerOwedAsync("The interaction failed because the call's result could not be kept.", CancellationToken.None);
        await output.ReplaceStaleAsync(CancellationToken.None);
        return new RunEnding(InteractionStatus.Failed, usage, new ModelFault(ErrorCode.ApiError, "What the model gave cannot be kept; it is probably too large. The steps before it are kept."));
    }

    private void OnEnded(ActiveRun run, RunEnding ending)
    {
        _instruments.OnEnded(ending.Status);
        if (ending.Fault is { } fault)
        {
            _instruments.OnFailed(run.Plan.Provider, fault.Code);
        }
    }

    /// <summary>A run that was started ahead may have no row: who wrote it knows why, and has told the caller.</summary>
    private static async Task<bool> IsKeptAsync(ActiveRun run)
    {
        await run.Kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.Kept.IsCompletedSuccessfully;
    }

    /// <summary>
    /// The next turn of the chain will ask for this one: it is at hand already, as the model sees it. Whether a first turn will ever be continued nobody
    /// knows; most are not, and keeping them all costs more than reading the few.
    /// </summary>
    private void Remember(ActiveRun run, StoredInteraction ended, TurnOutput output)
    {
        if (ended.PreviousId is null || ended.Status is InteractionStatus.Failed or InteractionStatus.Cancelled)
        {
            return; // what has failed cannot be continued
        }

        var own = ModelRequests.OwnSteps(run.Plan, output);
        if (TurnJson.AnswersOthers(own))
        {
            return; // the calls stand in its parent: the chain joins them when it reads
        }

        var turn = new HistoryTurn(TurnJson.ModelView(own, before: [], s => _readings.View(ended.Project, s)), isSettled: true);
        _chain.Keep(ended.Project, ended.Id, ended.PreviousId, turn, ended.Input.Length + ended.Output.Length + ended.ProviderStates.Length, run.ErasuresBefore);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the lease of run {RunId}; another owner continues it")]
    private partial void LogLeaseLost(string runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outcome of run {RunId} cannot be kept; it ends as failed")]
    private partial void LogUnkept(Exception exception, string runId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The usage of run {RunId} is estimated: its provider reported none")]
    private partial void LogEstimated(string runId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} failed: {Code}: {Reason}")]
    private partial void LogRefused(string runId, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} failed")]
    private partial void LogRunFailed(Exception exception, string runId);
}
