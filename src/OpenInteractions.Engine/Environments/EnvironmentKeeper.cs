using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Engine.Environments;

/// <summary>Looks after the environments of the hosts that this node serves: removes what an earlier process left, stops what is idle, erases what has expired and checkpoints that are old, and stops everything at the end.</summary>
public sealed partial class EnvironmentKeeper(HostEnvironments environments, EnvironmentUploads uploads, SandboxHost host, IEnvironmentStore store, TimeProvider time, ILogger<EnvironmentKeeper> logger, IWorkerStore? workers = null)
    : BackgroundService, IHostedLifecycleService
{
    private const int Page = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Workers are let go: what lived on them was stopped.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (workers is null && environments.Obstacle is not null)
        {
            return;
        }

        await Task.Yield(); // the start of the server does not wait for it
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is done after the next start.
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the web server waits for its open connections: those of workers stay until somebody lets them go.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(environments.Sites.Connected.Select(s => s.Live.StopAllAsync()));
        await _closing.CancelAsync();
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(environments.Sites.All.Select(s => s.Live.StopAllAsync()));
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _closing.Dispose();
        base.Dispose();
    }

    /// <summary>One round.</summary>
    internal async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            // Without the directory there was never a sandbox: nothing is made for a server that nobody asks for one.
            if (Directory.Exists(host.Directory))
            {
                uploads.Sweep();
                if (host.Obstacle is null)
                {
                    await SweepAsync(environments.Local, stopping);
                    await environments.Local.Checkpoints.SweepAsync(stopping);
                }
            }

            if (workers is not null)
            {
                await SweepWorkersAsync(workers, stopping);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogSweepFailed(exception);
        }
    }

    private async Task SweepAsync(HostSite site, CancellationToken stopping)
    {
        await site.Disks.TidyAsync(stopping);
        await site.Live.StopIdleAsync();
        await foreach (var row in site.Disks.RowsAsync(stopping))
        {
            await EraseAsync(site, row, stopping);
        }
    }

    private async Task SweepWorkersAsync(IWorkerStore workers, CancellationToken stopping)
    {
        IReadOnlyList<StoredWorker> page;
        for (var after = 0L; (page = await workers.ListAllAsync(after, Page, stopping)).Count > 0; after = page[^1].Number)
        {
            environments.Sites.HasWorkers = true;
            foreach (var worker in page)
            {
                await SweepAsync(worker, workers, stopping);
            }
        }

        if (environments.Sites.HasWorkers && environments.Kept is { } kept)
        {
            await kept.SweepAsync(stopping);
        }
    }

    // One that cannot be reached just now is nobody's fault, and must not keep the others from their round.
    private async Task SweepAsync(StoredWorker worker, IWorkerStore workers, CancellationToken stopping)
    {
        try
        {
            if (environments.Sites.Find(worker.Id) is { } site && !worker.IsDeleted)
            {
                await SweepAsync(site, stopping);
            }
            else if (!worker.IsLeased)
            {
                await SweepAwayAsync(worker, workers, stopping);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogWorkerSweepFailed(exception, worker.Id);
        }
    }

    // What has expired is marked, and erased when its worker is there again; of a worker that never comes, at once.
    private async Task SweepAwayAsync(StoredWorker worker, IWorkerStore workers, CancellationToken stopping)
    {
        var isLeft = false;
        IReadOnlyList<StoredEnvironment> page;
        for (var after = 0L; (page = await store.ListOfHostAsync(worker.Id, after, Page, stopping)).Count > 0; after = page[^1].Number)
        {
            foreach (var row in page)
            {
                if (row.State != EnvironmentState.Deleted && environments.HasExpired(row))
                {
                    await store.DeleteAsync(row.Project, row.Id, time.GetUtcNow(), stopping);
                }
                else if (row.State != EnvironmentState.Deleted)
                {
                    isLeft = true;
                    continue;
                }

                if (worker.IsDeleted)
                {
                    await (environments.Kept?.RemoveAllAsync(row.Project, row.Id, stopping) ?? Task.CompletedTask);
                    await store.EraseAsync(row.Project, row.Id, stopping);
                    LogErased(row.Id);
                }
            }
        }

        if (worker.IsDeleted && !isLeft)
        {
            await workers.ForgetAsync(worker.Id, stopping);
        }
    }

    private async Task EraseAsync(HostSite site, StoredEnvironment row, CancellationToken stopping)
    {
        var isDeleted = row.State == EnvironmentState.Deleted;
        if (!isDeleted && !environments.HasExpired(row))
        {
            return;
        }

        if (isDeleted || await store.DeleteAsync(row.Project, row.Id, time.GetUtcNow(), stopping))
        {
            await HostEnvironments.RemoveAsync(site, row, stopping);
            LogErased(row.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Erased the environment {Environment}")]
    private partial void LogErased(string environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look after the environments of the worker {Worker}; trying again later")]
    private partial void LogWorkerSweepFailed(Exception exception, string worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look after the environments; trying again later")]
    private partial void LogSweepFailed(Exception exception);
}
