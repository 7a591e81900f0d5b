using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Claims runs from the queue and executes them: new ones, ones that were handed back, and ones whose owner died.</summary>
public sealed partial class RunWorker(
    IRunQueue queue,
    IEventJournal journal,
    RunExecutor executor,
    RunRegistry registry,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunWorker> logger) : BackgroundService
{
    /// <summary>Claims of the first round after a start; each round may take twice as many, so that a poisonous backlog shows before it is all taken.</summary>
    private const int FirstRound = 8;

    private readonly SemaphoreSlim _wake = new(0, 1);
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

    /// <summary>True when this node can start one more background run at once without passing one that waits.</summary>
    public bool HasCapacity => !_hasBacklog && registry.BackgroundCount < options.Value.MaxConcurrent;

    /// <summary>A run was put into the queue.</summary>
    public void OnQueued()
    {
        _hasBacklog = true;
        Wake();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var freed = await queue.ExpireDeadOwnersAsync(registry.Owner, stoppingToken);
        if (freed > 0)
        {
            LogTakingOver(freed);
        }

        var round = FirstRound;
        while (!stoppingToken.IsCancellationRequested)
        {
            var free = options.Value.MaxConcurrent - registry.BackgroundCount;
            var limit = Math.Min(free, round);
            _hasBacklog &= free <= 0;
            var claimed = free > 0 ? await ClaimAsync(limit, stoppingToken) : 0;
            _hasBacklog |= claimed == limit && limit > 0;
            round = claimed > 0 ? Math.Min(round * 2, 1024) : round;
            if (claimed == 0)
            {
                await WaitAsync(stoppingToken);
            }
        }
    }

    private async Task<int> ClaimAsync(int limit, CancellationToken stopping)
    {
        try
        {
            var runs = await queue.ClaimAsync(registry.Owner, options.Value.LeaseTime, limit, CancellationToken.None);
            foreach (var run in runs)
            {
                await StartAsync(run);
            }

            return runs.Count;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogClaimFailed(exception);
            return 0;
        }
    }

    private async Task StartAsync(ClaimedRun claimed)
    {
        try
        {
            var recovery = await RunRecovery.ReadAsync(journal, claimed, CancellationToken.None);
            if (claimed.TakeOvers > options.Value.MaxTakeOvers)
            {
                LogPoisoned(claimed.Lease.RunId, claimed.TakeOvers);
                recovery = recovery with { GivenUp = new ModelFault(ErrorCode.ApiError, $"The interaction was given up: the server died {claimed.TakeOvers} times while it worked on it.") };
            }

            var plan = new RunPlan
            {
                Interaction = claimed.Interaction,
                Request = JsonSerializer.Deserialize(claimed.Request.Span, WireJson.Wire.CreateInteractionRequest)!,
                IsStored = true,
                Deadline = claimed.Deadline,
            };
            Watch(executor.Start(plan, claimed.Lease, hasEvents: true, recovery));
        }
        catch (Exception exception)
        {
            // Its lease runs out, and it is tried again; after some tries it is given up.
            LogStartFailed(exception, claimed.Lease.RunId);
        }
    }

    /// <summary>Looks for more work as soon as a run leaves its place.</summary>
    internal void Watch(ActiveRun run) => run.Execution.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

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

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} was taken over {TakeOvers} times from servers that died and is given up")]
    private partial void LogPoisoned(string runId, int takeOvers);
}
