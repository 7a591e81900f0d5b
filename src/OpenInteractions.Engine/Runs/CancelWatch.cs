using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Brings wishes to cancel to the runs of this node, wherever they were accepted (behaviour BG-3): at once when another node calls, else soon.</summary>
public sealed partial class CancelWatch(IRunQueue queue, RunRegistry registry, TimeProvider time, ILogger<CancelWatch> logger) : BackgroundService
{
    /// <summary>How often it is looked when nobody calls: a wish reaches its run within two seconds, also when the call was lost.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Told at each look: ends runs that somebody wants cancelled and that nobody works on.</summary>
    internal Func<CancellationToken, Task> EndWaiting { get; set; } = _ => Task.CompletedTask;

    /// <summary>There may be a wish: look now.</summary>
    internal void Look()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await WaitAsync(stoppingToken))
        {
            await StopCancelledAsync(stoppingToken);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    private async Task<bool> WaitAsync(CancellationToken stopping)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(_wake.WaitAsync(timer.Token), Task.Delay(Interval, time, timer.Token));
        await timer.CancelAsync();
        return !stopping.IsCancellationRequested;
    }

    private async Task StopCancelledAsync(CancellationToken stopping)
    {
        try
        {
            RunLease[] leases = [.. registry.Leased.Select(r => r.Lease!.Value)];
            foreach (var lease in leases.Length == 0 ? [] : await queue.FindCancelledAsync(leases, stopping))
            {
                if (registry.Find(lease.RunId) is { } run && run.Lease == lease)
                {
                    run.Stop(StopCause.Cancelled);
                }
            }

            await EndWaiting(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
        catch (Exception exception)
        {
            LogLookFailed(exception); // who renews the leases says it aloud
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Could not look for runs to cancel")]
    private partial void LogLookFailed(Exception exception);
}
