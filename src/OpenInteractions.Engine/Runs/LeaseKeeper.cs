using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// Renews the leases of all runs of this node together, at a third of their time. A "no" stops a run at once; no answer stops all runs at 80 %
/// of the lease, counted from before the last good call: by then nobody else can own them yet.
/// </summary>
public sealed partial class LeaseKeeper(IRunQueue queue, RunRegistry registry, EngineInstruments instruments, IOptions<RunOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger) : BackgroundService
{
    private long _renewedAt = time.GetTimestamp();

    /// <summary>How long ago the leases of this node were last renewed. With no run to hold there is nothing to renew, and they count as renewed.</summary>
    public TimeSpan SinceRenewed => time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.LeaseTime / 3;
        Volatile.Write(ref _renewedAt, time.GetTimestamp());
        using var timer = new PeriodicTimer(interval, time);
        while (await NextAsync(timer, stoppingToken))
        {
            if (!await RenewAllAsync(PatienceAt(SafeTime - SinceRenewed, interval), stoppingToken) && SinceRenewed > SafeTime - interval)
            {
                // The next round would be too late.
                StopAll();
            }
        }
    }

    /// <summary>
    /// Renews all leases that may have passed, before this node looks for work: after a time in which nothing went on, as when the machine slept, its own runs
    /// would else look like those of a dead owner, and be begun anew.
    /// </summary>
    internal Task RenewLateAsync() => SinceRenewed < SafeTime ? Task.CompletedTask : RenewAllAsync(options.Value.LeaseTime / 3, CancellationToken.None);

    private async Task<bool> RenewAllAsync(TimeSpan patience, CancellationToken stopping)
    {
        var before = time.GetTimestamp();
        if (!await RenewAsync(registry.Leased, patience, stopping))
        {
            return false;
        }

        Volatile.Write(ref _renewedAt, before);
        return true;
    }

    /// <summary>No longer than the leases are safe; but who wakes late still asks, shortly: where nobody else took the runs, they go on.</summary>
    private static TimeSpan PatienceAt(TimeSpan left, TimeSpan interval) => left < interval / 10 ? interval / 10 : left < interval ? left : interval;

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Makes sure, before a model is asked, that a run is still this node's: a process that was held still does not know what happened meanwhile until its timers
    /// have told it, and what it had claimed just before may have ended elsewhere. It costs a look at the clock, unless the lease may have passed.
    /// </summary>
    /// <exception cref="OperationCanceledException">Somebody else has the run, or may have it.</exception>
    internal ValueTask RequireHeldAsync(ActiveRun run) => run.Lease is null || time.GetElapsedTime(run.LeasedAt) < SafeTime ? default : new(AskAsync(run));

    private TimeSpan SafeTime => options.Value.LeaseTime * 0.8;

    private async Task AskAsync(ActiveRun run)
    {
        if (!await RenewAsync([run], options.Value.LeaseTime / 3, run.Stopped) && run.Stop(StopCause.LeaseLost))
        {
            instruments.OnLeaseLost("not_renewed");
        }

        run.Stopped.ThrowIfCancellationRequested();
    }

    /// <returns>False when there was no answer.</returns>
    private async Task<bool> RenewAsync(IReadOnlyCollection<ActiveRun> runs, TimeSpan patience, CancellationToken stopping)
    {
        try
        {
            if (runs.Count == 0)
            {
                return true;
            }

            using var answer = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(answer.Token, stopping);
            RunLease[] leases = [.. runs.Select(r => r.Lease!.Value)];
            var before = time.GetTimestamp();
            var held = (await queue.RenewAsync(leases, options.Value.LeaseTime, either.Token).WaitAsync(either.Token)).ToHashSet();
            foreach (var run in runs)
            {
                if (held.Contains(run.Lease!.Value))
                {
                    run.LeasedAt = before;
                }
                else if (registry.Holds(run.Lease!.Value) && run.Stop(StopCause.LeaseLost))
                {
                    instruments.OnLeaseLost("taken");
                }
            }

            return true;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            instruments.OnRenewalFailed();
            LogRenewFailed(exception);
            return false;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
    }

    private void StopAll()
    {
        var runs = registry.Leased;
        LogStoppingAll(runs.Count);
        foreach (var run in runs)
        {
            if (run.Stop(StopCause.LeaseLost))
            {
                instruments.OnLeaseLost("not_renewed");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not renew leases")]
    private partial void LogRenewFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases could not be renewed in time: stopping {Runs} runs before somebody else takes them")]
    private partial void LogStoppingAll(int runs);
}
