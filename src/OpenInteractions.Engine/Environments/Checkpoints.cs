using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Checkpoints of one host's environments. A checkpoint is a disk of this host, or an image in the store where the host is a worker, which may be lost; its row is written when that is durable, and
/// deleted before the disk or the image is. So a row always has its files, and files without a row are what a crash left: they go at the next start, or after an hour.
/// </summary>
internal sealed partial class Checkpoints(
    SandboxHost host, ICheckpointStore store, IEnvironmentStore environments, CheckpointImages? images, bool isInStore, InteractionId ids, EnvironmentOptions options, EngineInstruments instruments, TimeProvider time,
    ILogger logger)
{
    private const int Page = 100;
    private const string Kept = "kept";
    private const int NoSpace = 28, OverQuota = 122;

    /// <summary>How long the end of a turn waits for its checkpoint, and programs in the sandbox that write at that moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The same where the image has to go over a line first.</summary>
    private static readonly TimeSpan LinePatience = TimeSpan.FromSeconds(90);

    private TimeSpan Longest => isInStore ? LinePatience : Patience;

    // Asked for when it is needed: the id of a machine that runs no sandboxes is not known.
    private string Place => isInStore ? CheckpointImages.Host : host.Id;

    /// <summary>Keeps the files as they are now, if that is wanted. What goes wrong is told to the operator, and to whoever asks for the checkpoint later; the turn has nothing to do with it.</summary>
    /// <param name="live">The environment, which the caller uses alone.</param>
    /// <param name="interactionId">The interaction whose turn has ended.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept then.</param>
    public async Task KeepAsync(LiveEnvironment live, string interactionId, CancellationToken cancellationToken)
    {
        if (options.Checkpoints == CheckpointPolicy.None)
        {
            return;
        }

        using var late = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var outcome = "failed";
        try
        {
            outcome = await MakeAsync(live, interactionId, either.Token);
            if (outcome == Kept)
            {
                await MakeRoomAsync(live, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "skipped"; // the run is somebody else's now, or was cancelled at its very end
        }
        catch (OperationCanceledException)
        {
            outcome = "too_slow";
            LogNotInTime(live.Id, interactionId, Longest);
        }
        catch (IOException exception) when ((exception.HResult & 0xFFFF) is NoSpace or OverQuota)
        {
            outcome = "full";
            LogFull(live.Id, interactionId);
        }
        catch (Exception exception)
        {
            LogFailed(exception, live.Id, interactionId);
        }

        instruments.OnCheckpoint(outcome);
    }

    /// <summary>The checkpoint of an interaction.</summary>
    /// <param name="project">The project.</param>
    /// <param name="interactionId">The interaction.</param>
    /// <param name="place">Where it stands in the request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">404: there is none.</exception>
    public async Task<StoredCheckpoint> RequireAsync(string project, string interactionId, string place, CancellationToken cancellationToken) =>
        interactionId.Length <= 100 && await store.FindAsync(project, interactionId, cancellationToken) is { } found && !HasExpired(found) ? found : throw NotFound(interactionId, place);

    /// <summary>There is no checkpoint, and how one would come to be there.</summary>
    public ApiException NotFound(string interactionId, string place) => new(
        ErrorCode.NotFound,
        $"There is no checkpoint of the interaction '{Excerpt.Of(interactionId, 100)}'. "
        + (options.Checkpoints == CheckpointPolicy.None
            ? "This server keeps none. "
            : $"One is kept when a turn that worked in an environment ends, of each environment the last {options.MaxCheckpoints}, for {options.CheckpointKeepTime}, while there is room, and of a disk that takes at most {options.MaxCheckpointBytes} bytes. ")
        + $"'GET /v1/environments/ID/checkpoints' lists what there is. For the files as they are now, give the environment's id in 'environment', or copy it by 'from_environment'.",
        place);

    /// <summary>Checkpoints of an environment, the newest first.</summary>
    public async Task<IReadOnlyList<StoredCheckpoint>> ListAsync(string project, string environmentId, long? before, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(project, environmentId, before, limit, cancellationToken)).TakeWhile(c => !HasExpired(c))]; // by age: behind one that has expired all have

    /// <summary>Deletes a checkpoint.</summary>
    /// <exception cref="ApiException">404: the environment has none of that id.</exception>
    public async Task DeleteAsync(string project, string environmentId, string id, CancellationToken cancellationToken)
    {
        if (id.Length > 100 || await store.GetAsync(project, id, cancellationToken) is not { } found || found.EnvironmentId != environmentId || HasExpired(found) || !await RemoveAsync(found, cancellationToken))
        {
            throw new ApiException(ErrorCode.NotFound, $"The environment has no checkpoint '{Excerpt.Of(id, 100)}'. 'GET /v1/environments/ID/checkpoints' lists those that it has.", "id");
        }

        await MeasureAsync(cancellationToken);
    }

    /// <summary>Removes all of an environment that is gone.</summary>
    public async Task RemoveAllAsync(string project, string environmentId, CancellationToken cancellationToken)
    {
        while (await store.ListAsync(project, environmentId, null, Page, cancellationToken) is { Count: > 0 } page)
        {
            await RemoveAsync(page, cancellationToken);
        }
    }

    /// <summary>Removes what is old, and what is too much by now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await store.ListOfHostAsync(Place, null, 0, Page, cancellationToken) is { Count: > 0 } page && page.TakeWhile(HasExpired).ToList() is { Count: > 0 } old)
        {
            await RemoveAsync(old, cancellationToken);
        }

        await MakeRoomAsync(cancellationToken);
        if (isInStore)
        {
            await images!.SweepAsync(cancellationToken);
        }
    }

    /// <summary>After a start: a row whose disk is gone goes too.</summary>
    /// <param name="disks">The disks of the host; those of checkpoints are taken out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task ReconcileAsync(HashSet<string> disks, CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await store.ListOfHostAsync(host.Id, null, after, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                after = row.Number;
                if (!disks.Remove(row.Id))
                {
                    await store.DeleteAsync(row.Project, row.Id, cancellationToken);
                    LogLost(row.Id, row.EnvironmentId);
                }
            }
        }
    }

    private async Task<string> MakeAsync(LiveEnvironment live, string interactionId, CancellationToken cancellationToken)
    {
        if (host.Engine.UsedPercent() >= options.MaxDiskUse)
        {
            LogFull(live.Id, interactionId);
            return "full";
        }

        var id = StoredCheckpoint.Prefix + ids.Next()[InteractionId.Prefix.Length..];
        var limit = Math.Min(options.MaxCheckpointBytes, options.CheckpointBytes);
        long? bytes;
        await live.Starting.WaitAsync(cancellationToken); // neither stops nor starts meanwhile
        try
        {
            if (await environments.GetAsync(live.Project, live.Id, cancellationToken) is not { State: EnvironmentState.Ready })
            {
                return "skipped"; // deleted in the middle of the turn, or never made
            }

            bytes = await host.Engine.SnapshotDiskAsync(live.Id, id, limit, cancellationToken);
        }
        finally
        {
            live.Starting.Release();
        }

        if (bytes is null)
        {
            LogTooLarge(live.Id, interactionId, limit);
            return "too_large";
        }

        StoredCheckpoint? kept = null;
        try
        {
            if (isInStore && (bytes = await images!.SaveAsync(host.Engine, id, live.Project, limit, cancellationToken)) is null)
            {
                LogTooLarge(live.Id, interactionId, limit);
                return "too_large";
            }

            var made = new StoredCheckpoint
            {
                Project = live.Project, Id = id, EnvironmentId = live.Id, InteractionId = interactionId, Host = Place, Created = time.GetUtcNow(), SizeBytes = bytes.Value,
            };
            kept = await store.InsertAsync(made, cancellationToken);
            return kept is null ? "skipped" : Kept;
        }
        finally
        {
            if (isInStore || kept is null)
            {
                await DropAsync(id); // should the row be there all the same, the next start removes it
            }

            if (isInStore && kept is null)
            {
                await images!.DeleteAsync(id, CancellationToken.None);
            }
        }
    }

    // Where the line was cut, the worker's next connection finds a disk without a row.
    private async Task DropAsync(string id)
    {
        try
        {
            await host.Engine.DeleteDiskAsync(id, CancellationToken.None);
        }
        catch (Exception exception) when (isInStore && exception is ApiException or SandboxException)
        {
            LogNotDropped(exception, id);
        }
    }

    // Too many of the environment, and earlier tries of the same turn.
    private async Task MakeRoomAsync(LiveEnvironment live, CancellationToken cancellationToken)
    {
        var all = await store.ListAsync(live.Project, live.Id, null, options.MaxCheckpoints + Page, cancellationToken);
        await RemoveAsync([.. all.Skip(options.MaxCheckpoints).Union(all.GroupBy(c => c.InteractionId).SelectMany(c => c.Skip(1)))], cancellationToken);
        await MakeRoomAsync(cancellationToken);
    }

    // Too many bytes of all: the oldest of whom has most go first, so that nobody's many push out somebody's few.
    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        while (await MeasureAsync(cancellationToken) is { Count: > 0 } usage && usage.Sum(u => u.Bytes) > options.CheckpointBytes)
        {
            if (await store.ListOfHostAsync(Place, usage[0].Project, 0, 1, cancellationToken) is not [var oldest] || !await RemoveAsync(oldest, cancellationToken))
            {
                break; // somebody else is at it
            }

            LogMadeRoom(oldest.Id, oldest.EnvironmentId, options.CheckpointBytes);
        }
    }

    private async Task<IReadOnlyList<CheckpointUsage>> MeasureAsync(CancellationToken cancellationToken)
    {
        var usage = await store.UsageOfHostAsync(Place, cancellationToken);
        if (!isInStore || host.Obstacle is not null)
        {
            instruments.SetCheckpoints(usage.Sum(u => u.Count), usage.Sum(u => u.Bytes)); // of this machine, where it has any
        }

        return usage;
    }

    private async Task RemoveAsync(IReadOnlyList<StoredCheckpoint> checkpoints, CancellationToken cancellationToken)
    {
        foreach (var checkpoint in checkpoints)
        {
            await RemoveAsync(checkpoint, cancellationToken);
        }
    }

    private async Task<bool> RemoveAsync(StoredCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(checkpoint.Project, checkpoint.Id, cancellationToken))
        {
            return false;
        }

        if (checkpoint.Host == CheckpointImages.Host)
        {
            await (images?.DeleteAsync(checkpoint.Id, CancellationToken.None) ?? Task.CompletedTask);
        }
        else if (host.Obstacle is null && checkpoint.Host == host.Id)
        {
            await host.Engine.DeleteDiskAsync(checkpoint.Id, CancellationToken.None);
        }

        return true;
    }

    private bool HasExpired(StoredCheckpoint checkpoint) => checkpoint.Created + options.CheckpointKeepTime <= time.GetUtcNow();

    [LoggerMessage(Level = LogLevel.Warning, Message = "No checkpoint of {Environment} was kept for {Interaction}: it was not made within {Patience}")]
    private partial void LogNotInTime(string environment, string interaction, TimeSpan patience);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No checkpoint of {Environment} was kept for {Interaction}: the file system of the sandboxes is full")]
    private partial void LogFull(string environment, string interaction);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No checkpoint of {Environment} was kept for {Interaction}: its disk takes more than {Limit} bytes, the limit of OpenInteractions:Environments:MaxCheckpointBytes (and CheckpointBytes)")]
    private partial void LogTooLarge(string environment, string interaction, long limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "No checkpoint of {Environment} was kept for {Interaction}")]
    private partial void LogFailed(Exception exception, string environment, string interaction);

    [LoggerMessage(Level = LogLevel.Information, Message = "The disk {Disk} could not be removed from its worker; its next connection removes it")]
    private partial void LogNotDropped(Exception exception, string disk);

    [LoggerMessage(Level = LogLevel.Information, Message = "The checkpoint {Checkpoint} of {Environment} made way: together they take more than {Limit} bytes")]
    private partial void LogMadeRoom(string checkpoint, string environment, long limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint {Checkpoint} of {Environment} has lost its disk and was forgotten")]
    private partial void LogLost(string checkpoint, string environment);
}
