using Microsoft.Extensions.Hosting;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// At a planned stop: runs that are kept hand themselves over at once, answers that somebody waits for get their time, whatever is left is stopped.
/// </summary>
public sealed class RunDrain(RunRegistry registry, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>How long foreground answers may still take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the web server waits for its open connections, of which streams may be many and long.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Stop(registry.Leased);
        await WaitAsync(registry.Leased, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Stop(registry.Leased); // what was accepted while the web server was stopping
        await WaitAsync(registry.All, cancellationToken);
        Stop(registry.All);
        await WaitAsync(registry.All, cancellationToken);
    }

    private static void Stop(IReadOnlyList<ActiveRun> runs)
    {
        foreach (var run in runs)
        {
            run.Stop(StopCause.Stopping);
        }
    }

    private async Task WaitAsync(IReadOnlyList<ActiveRun> runs, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(runs.Select(r => r.Execution.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)))
                .WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Those that are left are told to stop.
        }
    }
}
