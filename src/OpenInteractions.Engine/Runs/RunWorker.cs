using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Claims runs from the queue and executes them: new ones, ones that were handed back, and ones whose owner died.</summary>
public sealed partial class RunWorker(
    IRunQueue queue,
    IEventJournal journal,
    KeptRequests requests,
    RunExecutor executor,
    RunRegistry registry,
    RunLimits limits,
    RunBacklog backlog,
    CancelWatch cancels,
    LeaseKeeper leases,
    EngineInstruments instruments,
    IHostApplicationLifetime lifetime,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunWorker> logger) : BackgroundService
{
    /// <summary>Claims of the first round after a start; each round may take twice as many, so that a poisonous backlog shows before it is all taken.</summary>
    private const int FirstRound = 8;

    /// <summary>Runs that are claimed at a time only to be cancelled.</summary>
    private const int CancelRound = 64;

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly ClaimRules _rules = new(options.Value.TierPatience, limits.Gate);
    private int _places;
    private volatile bool _hasBacklog;

    /// <summary>There may be work: look at the queue now.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }

    /// <summary>
    /// Takes a place for a background run that is about to be accepted, if there is one and nobody waits for it: <see cref="Watch"/> or
    /// <see cref="GivePlaceBack"/> must follow. With limits on runs every one goes through the queue, which keeps the order among those that wait for them.
    /// </summary>
    internal bool TryTakePlace() => limits.IsOff && !_hasBacklog && TakePlaces(1) == 1;

    /// <summary>A place that was taken is free again.</summary>
    internal void GivePlaceBack()
    {
        Interlocked.Decrement(ref _places);
        Wake();
    }

    /// <summary>A run was put into the queue.</summary>
    public void OnQueued()
    {
        _hasBacklog = true;
        Wake();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is handed over at a planned stop must not be taken up again by the node that hands it over.
        limits.OnLeft = Wake;
        cancels.EndWaiting = EndCancelledAsync;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await WorkAsync(either.Token);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await FreeDeadRunsAsync(stopping);
        var round = FirstRound;
        while (!stopping.IsCancellationRequested)
        {
            var places = TakePlaces(round);
            _hasBacklog &= places == 0;
            var claimed = places > 0 ? await ClaimAsync(places) : 0;
            _hasBacklog |= claimed == places && places > 0;
            round = claimed > 0 ? Math.Min(round * 2, 1024) : FirstRound;
            if (claimed == 0)
            {
                await WaitAsync(stopping);
            }
        }
    }

    /// <summary>A store that does not answer at the start is no reason to end: the leases of the dead run out by themselves.</summary>
    private async Task FreeDeadRunsAsync(CancellationToken stopping)
    {
        try
        {
            if (await queue.ExpireDeadOwnersAsync(registry.Owner, stopping) is > 0 and var freed)
            {
                LogTakingOver(freed);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
        catch (Exception exception)
        {
            LogClaimFailed(exception);
        }
    }

    /// <summary>Takes at most so many places. Accepting and claiming take them first, so that together they never start more runs than there are places.</summary>
    private int TakePlaces(int wanted)
    {
        while (true)
        {
            var taken = Volatile.Read(ref _places);
            var free = Math.Min(wanted, options.Value.MaxConcurrent - taken);
            if (free <= 0)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref _places, taken + free, taken) == taken)
            {
                return free;
            }
        }
    }

    private async Task<int> ClaimAsync(int places)
    {
        try
        {
            await leases.RenewLateAsync();
            var before = time.GetTimestamp();
            var runs = await queue.ClaimAsync(registry.Owner, options.Value.LeaseTime, places, _rules, CancellationToken.None);
            Interlocked.Add(ref _places, runs.Count - places);
            places = 0; // each run that was claimed answers for its own
            foreach (var run in runs)
            {
                await StartAsync(run, before, hasPlace: true);
            }

            return runs.Count;
        }
        catch (Exception exception)
        {
            // Also when the server stops: a claim that was under way by then is no reason to call this service broken.
            Interlocked.Add(ref _places, -places);
            LogClaimFailed(exception);
            return 0;
        }
    }

    /// <summary>
    /// Runs that were handed back, or whose owner died, and that somebody wants cancelled: what clients have seen of them is brought to an end. No model is asked,
    /// so that they need no place and no turn (behaviour BG-3).
    /// </summary>
    private async Task EndCancelledAsync(CancellationToken stopping)
    {
        var wished = CancelRound;
        while (wished == CancelRound && !stopping.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var before = time.GetTimestamp();
            var runs = await queue.ClaimCancelledAsync(registry.Owner, options.Value.LeaseTime, CancelRound, CancellationToken.None);
            foreach (var run in runs)
            {
                await StartAsync(run, before, hasPlace: false);
            }

            wished = runs.Count;
        }
    }

    private async Task StartAsync(ClaimedRun claimed, long leasedAt, bool hasPlace)
    {
        var slot = hasPlace ? limits.Hold(claimed.Interaction.Project, claimed.Provider) : null;
        try
        {
            if (claimed.Lease.Epoch == 1)
            {
                backlog.OnLeft(claimed.Interaction.Project);
            }

            var recovery = await RunRecovery.ReadAsync(journal, claimed, CancellationToken.None);
            if (claimed.TakeOvers > options.Value.MaxTakeOvers)
            {
                instruments.OnGivenUp();
                LogPoisoned(claimed.Lease.RunId, claimed.TakeOvers);
                recovery = recovery with { GivenUp = new ModelFault(ErrorCode.ApiError, $"The interaction was given up: the server died {claimed.TakeOvers} times while it worked on it.") };
            }

            var plan = new RunPlan
            {
                Interaction = claimed.Interaction,
                Request = requests.Read(claimed.Interaction.Id, claimed.Request.Span),
                IsStored = true,
                Provider = claimed.Provider,
                Slot = slot,
                TimeLeft = claimed.TimeLeft,
            };
            if (claimed.Lease.Epoch == 1)
            {
                instruments.OnLeftQueue(plan.Request.ServiceTier ?? ModelRequests.StandardTier, time.GetUtcNow() - claimed.Interaction.Created);
            }
            else
            {
                instruments.OnTakenOver(recovery.IsHandedOver);
            }

            var run = executor.Prepare(plan, claimed.Lease, recovery, leasedAt);
            if (claimed.IsCancelRequested)
            {
                run.Stop(StopCause.Cancelled);
            }

            if (hasPlace)
            {
                Watch(run);
            }

            run.Begin();
        }
        catch (Exception exception)
        {
            slot?.Dispose();
            if (hasPlace)
            {
                GivePlaceBack();
            }

            LogStartFailed(exception, claimed.Lease.RunId);
            await GiveUpAsync(claimed, exception);
        }
    }

    /// <summary>
    /// A run that could not be started: its lease runs out, and it is tried again, here or by a node that may know better. What none of some owners could read
    /// nobody will; it ends, or it would come back for ever (behaviour SM-5). While the store is out of reach nothing is known of the run, and nothing held against it.
    /// </summary>
    private async Task GiveUpAsync(ClaimedRun claimed, Exception reason)
    {
        if (reason is StoreUnavailableException || claimed.Lease.Epoch <= options.Value.MaxTakeOvers)
        {
            return;
        }

        try
        {
            var (outcome, events) = BareEnd.Unreadable(claimed.Interaction, claimed.Lease.Epoch, time.GetUtcNow());
            if (await queue.FinishAsync(claimed.Lease, outcome, [events], CancellationToken.None))
            {
                LogUnreadable(claimed.Lease.RunId, claimed.Lease.Epoch);
            }
        }
        catch (Exception exception)
        {
            LogStartFailed(exception, claimed.Lease.RunId); // the next owner tries it
        }
    }

    /// <summary>Frees the place and looks for more work as soon as a run has ended.</summary>
    internal void Watch(ActiveRun run) => run.Execution.ContinueWith(_ => GivePlaceBack(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_wake.WaitAsync(timer.Token), Task.Delay(options.Value.PollInterval, time, timer.Token));
            await timer.CancelAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Taking over {Runs} runs whose server has gone")]
    private partial void LogTakingOver(int runs);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not claim runs")]
    private partial void LogClaimFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not start run {RunId}")]
    private partial void LogStartFailed(Exception exception, string runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} could not be started by any of {Owners} owners and is given up: what is kept of it cannot be read")]
    private partial void LogUnreadable(string runId, long owners);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} was taken over {TakeOvers} times from servers that died and is given up")]
    private partial void LogPoisoned(string runId, int takeOvers);
}
