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
        var lastGood = time.GetTimestamp();
        using var timer = new PeriodicTimer(interval, time);
        while (await NextAsync(timer, stoppingToken))
        {
            var before = time.GetTimestamp();
            if (await RenewAsync(PatienceAt(options.Value.LeaseTime * 0.8 - time.GetElapsedTime(lastGood), interval), stoppingToken))
            {
                lastGood = before;
                Volatile.Write(ref _renewedAt, before);
            }
            else if (time.GetElapsedTime(lastGood) > options.Value.LeaseTime * 0.8 - interval)
            {
                // The next round would be too late.
                StopAll();
            }
        }
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

    private async Task<bool> RenewAsync(TimeSpan patience, CancellationToken stopping)
    {
        try
        {
            var runs = registry.Leased;
            if (runs.Count == 0)
            {
                return true;
            }

            using var answer = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(answer.Token, stopping);
            RunLease[] leases = [.. runs.Select(r => r.Lease!.Value)];
            var held = (await queue.RenewAsync(leases, options.Value.LeaseTime, either.Token).WaitAsync(either.Token)).ToHashSet();
            foreach (var run in runs.Where(r => !held.Contains(r.Lease!.Value) && registry.Holds(r.Lease!.Value)))
            {
                if (run.Stop(StopCause.LeaseLost))
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
