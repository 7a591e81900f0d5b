using Microsoft.Extensions.Hosting;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// At a planned stop: runs that are kept hand themselves over at once, answers that somebody waits for get their time, whatever is left is stopped.
/// </summary>
public sealed class RunDrain(RunRegistry registry, TimeProvider time) : IHostedService
{
    /// <summary>How long foreground answers may still take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var run in registry.Leased)
        {
            run.Stop(StopCause.Stopping);
        }

        await WaitAsync(cancellationToken);
        foreach (var run in registry.All)
        {
            run.Stop(StopCause.Stopping);
        }

        await WaitAsync(cancellationToken);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(registry.All.Select(r => r.Ended.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)))
                .WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Those that are left are told to stop.
        }
    }
}
