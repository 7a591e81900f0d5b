using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>The disks of this host's environments, and whether it can run sandboxes at all.</summary>
internal sealed partial class EnvironmentDisks(SandboxHost host, IEnvironmentStore store, Checkpoints checkpoints, EnvironmentOptions options, ILogger logger) : IDisposable
{
    private const int Page = 200;
    private const string Gone = "its disk is no longer on this server.";

    private readonly SemaphoreSlim _once = new(1);
    private bool _isTidy;
    private DateTimeOffset _since = DateTimeOffset.MaxValue;

    /// <summary>What was found about walls and limits; null until it was tried.</summary>
    public PreflightReport? Report { get; private set; }

    /// <summary>Why sandboxes do not start here, as the end of a sentence for a caller; null when they do.</summary>
    public async Task<string?> ObstacleAsync(CancellationToken cancellationToken)
    {
        if (host.Obstacle is not null)
        {
            return host.Obstacle;
        }

        try
        {
            Report = Report is { CanStart: true } ? Report : await host.Engine.PreflightAsync(cancellationToken);
        }
        catch (SandboxException exception)
        {
            LogNotTried(exception.Message);
            return "its sandboxes cannot be tried; its log has the reason";
        }

        return Report.CanStart
            ? null
            : $"its sandboxes do not start, since this does not hold: {string.Join(", ", Report.Checks.Where(c => c.State == PreflightState.Missing).Select(c => c.Name))}. Its operator finds what to do with 'oi doctor'";
    }

    /// <exception cref="ApiException">No sandbox starts here.</exception>
    public async Task RequireRunnableAsync(CancellationToken cancellationToken)
    {
        if (host.Obstacle is null)
        {
            await TidyAsync(cancellationToken);
        }

        if (await ObstacleAsync(cancellationToken) is { } obstacle)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"This server runs no sandboxes: {obstacle}.", "environment");
        }
    }

    /// <exception cref="ApiException">The host's file system is nearly full.</exception>
    public void RequireRoom()
    {
        if (host.Engine.UsedPercent() is var used && used >= options.MaxDiskUse)
        {
            LogNearlyFull(used, options.MaxDiskUse);
            throw new ApiException(ErrorCode.ServiceUnavailable, "This server has no room for further environments. Delete those that you do not need, or try again later.", retryAfter: TimeSpan.FromMinutes(5));
        }
    }

    /// <summary>The disk of an environment that is about to start: made anew while it never was ready, since nobody knows what a cut attempt left on it.</summary>
    public async Task PrepareAsync(StoredEnvironment row, CancellationToken cancellationToken)
    {
        if (row.State == EnvironmentState.Pending)
        {
            RequireRoom();
            await host.Engine.DeleteDiskAsync(row.Id, CancellationToken.None);
            await host.Engine.CreateDiskAsync(row.Id, row.Slot, options.DiskBytes, cancellationToken);
            return;
        }

        if (host.Engine.GenerationOf(row.Id) is not { } generation)
        {
            throw EnvironmentFaults.Failed(await FailAsync(row, Gone, cancellationToken));
        }

        if (generation < row.Generation)
        {
            throw EnvironmentFaults.Failed(await FailAsync(row, "its disk is older than what is known of it, as after the restore of a backup, and what was written since is missing.", cancellationToken));
        }
    }

    /// <summary>A clean stop: the disk holds everything.</summary>
    public async Task OnStoppedAsync(LiveEnvironment live, LiveEnvironments all)
    {
        try
        {
            await all.UpdateAsync(
                live,
                async row =>
                {
                    await host.Engine.SetGenerationAsync(row.Id, row.Generation + 1, CancellationToken.None);
                    return row with { Generation = row.Generation + 1 };
                },
                isAsked: false,
                CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotNoted(exception, live.Id); // the disk counts one more than the store, which is right
        }
    }

    /// <summary>Copies a disk that no sandbox uses for a new environment.</summary>
    public Task ForkAsync(string disk, StoredEnvironment fork, CancellationToken cancellationToken) => host.Engine.ForkDiskAsync(disk, fork.Id, fork.Slot, cancellationToken);

    /// <summary>Removes the disk of a deleted environment and its checkpoints, and then all that is known of it.</summary>
    public async Task EraseAsync(StoredEnvironment row, CancellationToken cancellationToken)
    {
        await checkpoints.RemoveAllAsync(row.Project, row.Id, cancellationToken);
        await host.Engine.DeleteDiskAsync(row.Id, CancellationToken.None);
        EnvironmentUploads.Remove(host, row.Id);
        await store.EraseAsync(row.Project, row.Id, cancellationToken);
    }

    /// <summary>After a start, once: what an earlier process left is ended, and disks and rows are brought together again.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken);
        try
        {
            if (_isTidy)
            {
                return;
            }

            foreach (var found in await host.Engine.ReapAsync(cancellationToken))
            {
                LogReaped(found);
            }

            await ReconcileAsync(cancellationToken);
            _isTidy = true;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>The host is there anew: it is looked at as after a start.</summary>
    /// <param name="now">When; copies that begin from now on are not taken for cut ones.</param>
    public async Task BeginAnewAsync(DateTimeOffset now)
    {
        await _once.WaitAsync(CancellationToken.None);
        (_isTidy, _since, Report) = (false, now, null);
        _once.Release();
    }

    /// <summary>All rows of this host.</summary>
    public async IAsyncEnumerable<StoredEnvironment> RowsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        IReadOnlyList<StoredEnvironment> page;
        do
        {
            page = await store.ListOfHostAsync(host.Id, after, Page, cancellationToken);
            foreach (var row in page)
            {
                yield return row;
                after = row.Number;
            }
        }
        while (page.Count == Page);
    }

    /// <summary>Makes the disk of a new environment of a checkpoint that is in the store.</summary>
    public Task LoadAsync(StoredCheckpoint checkpoint, StoredEnvironment fork, CheckpointImages images, CancellationToken cancellationToken) =>
        images.LoadAsync(checkpoint, host.Engine, fork.Id, fork.Slot, cancellationToken);

    public void Dispose() => _once.Dispose();

    // The disks first: a row is there before its disk, so a disk of this list that has no row has lost it.
    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var disks = host.Engine.Disks().ToHashSet(StringComparer.Ordinal);
        var orphans = new HashSet<string>(disks, StringComparer.Ordinal);
        await checkpoints.ReconcileAsync(orphans, cancellationToken);
        await foreach (var row in RowsAsync(cancellationToken))
        {
            orphans.Remove(row.Id);
            if (row.State == EnvironmentState.Deleted)
            {
                await EraseAsync(row, cancellationToken);
            }
            else if (row is { State: EnvironmentState.Pending, ForkedFrom: not null } && row.Created < _since)
            {
                // The copy was cut, and its id has not left the server.
                await store.DeleteAsync(row.Project, row.Id, row.Updated, cancellationToken);
                await EraseAsync(row, cancellationToken);
            }
            else if (row.State == EnvironmentState.Ready && !disks.Contains(row.Id))
            {
                await FailAsync(row, Gone, cancellationToken);
            }
        }

        foreach (var orphan in orphans)
        {
            await host.Engine.DeleteDiskAsync(orphan, cancellationToken);
            LogOrphan(orphan);
        }
    }

    /// <summary>From now on it cannot be used.</summary>
    public async Task<StoredEnvironment> FailAsync(StoredEnvironment row, string why, CancellationToken cancellationToken)
    {
        var failed = row with { State = EnvironmentState.Failed, Failure = why };
        await store.ReportAsync(failed, cancellationToken);
        LogFailed(row.Id, why);
        return failed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Left by an earlier process and removed: {Found}")]
    private partial void LogReaped(string found);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The disk '{Disk}' belongs to no environment and was removed")]
    private partial void LogOrphan(string disk);

    [LoggerMessage(Level = LogLevel.Error, Message = "The environment {Environment} cannot be used any more: {Why}")]
    private partial void LogFailed(string environment, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file system of the sandboxes is {Used} percent full; beyond {Most} no further environment is made")]
    private partial void LogNearlyFull(int used, int most);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sandboxes cannot be tried: {Why}")]
    private partial void LogNotTried(string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stop of {Environment} could not be noted")]
    private partial void LogNotNoted(Exception exception, string environment);
}
