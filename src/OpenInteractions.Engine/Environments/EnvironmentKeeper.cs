using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Engine.Environments;

/// <summary>Looks after the environments of this host: removes what an earlier process left, stops what is idle, erases what has expired and checkpoints that are old, and stops everything at the end.</summary>
public sealed partial class EnvironmentKeeper(HostEnvironments environments, EnvironmentUploads uploads, SandboxHost host, IEnvironmentStore store, TimeProvider time, ILogger<EnvironmentKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!environments.IsOffered)
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
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await environments.All.StopAllAsync();
    }

    /// <summary>One round.</summary>
    internal async Task SweepAsync(CancellationToken stopping)
    {
        // Without the directory there was never a sandbox: nothing is made for a server that nobody asks for one.
        if (!Directory.Exists(host.Directory))
        {
            return;
        }

        try
        {
            await environments.Disks.TidyAsync(stopping);
            await environments.All.StopIdleAsync();
            uploads.Sweep();
            await environments.Checkpoints.SweepAsync(stopping);
            await foreach (var row in environments.Disks.RowsAsync(stopping))
            {
                await EraseAsync(row, stopping);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogSweepFailed(exception);
        }
    }

    private async Task EraseAsync(StoredEnvironment row, CancellationToken stopping)
    {
        var isDeleted = row.State == EnvironmentState.Deleted;
        if (!isDeleted && !environments.HasExpired(row))
        {
            return;
        }

        if (isDeleted || await store.DeleteAsync(row.Project, row.Id, time.GetUtcNow(), stopping))
        {
            await environments.RemoveAsync(row, stopping);
            LogErased(row.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Erased the environment {Environment}")]
    private partial void LogErased(string environment);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look after the environments; trying again later")]
    private partial void LogSweepFailed(Exception exception);
}
