using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// At a planned stop: runs that are kept hand themselves over at once, answers that somebody waits for get their time, whatever is left is stopped.
/// The time runs from the beginning of the stop, beside the web server, which waits for its open connections and so for these very answers.
/// </summary>
public sealed class RunDrain(RunRegistry registry, IOptions<RunOptions> options, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long runs that were told to stop may take to let go of their provider and the store.</summary>
    public static readonly TimeSpan LetGo = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _isOver = new();
    private Task _patience = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the web server waits for its open connections, of which streams may be many and long.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _patience = StopAllInTimeAsync();
        registry.HandOver();
        await WaitAsync(registry.Leased, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>When the web server has stopped: what is left are answers whose reader has gone. They have what remains of their time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_patience, EndsOf(registry.All));
        registry.StopAll();
        await WaitAsync(registry.All, cancellationToken);
        await _isOver.CancelAsync();
        await _patience;
    }

    /// <inheritdoc/>
    public void Dispose() => _isOver.Dispose();

    private async Task StopAllInTimeAsync()
    {
        try
        {
            await Task.Delay(options.Value.StopPatience, time, _isOver.Token);
            registry.StopAll();
        }
        catch (OperationCanceledException) when (_isOver.IsCancellationRequested)
        {
            // All have ended before.
        }
    }

    private static Task EndsOf(IReadOnlyList<ActiveRun> runs) =>
        Task.WhenAll(runs.Select(r => r.Execution.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)));

    private async Task WaitAsync(IReadOnlyList<ActiveRun> runs, CancellationToken cancellationToken)
    {
        try
        {
            await EndsOf(runs).WaitAsync(LetGo, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Their leases run out, and others take them over.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host's own time is over: it ends without them.
        }
    }
}
