using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Engine.Environments;

/// <summary>Environments that begin as copies: of another one as it is now, or of a checkpoint.</summary>
public sealed partial class HostEnvironments
{
    private const string FromEnvironment = "from_environment";

    /// <summary>Checkpoints of an environment, the newest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="before">The number of the last one of the page before, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">404: there is no such environment.</exception>
    public async Task<IReadOnlyList<StoredCheckpoint>> CheckpointsAsync(string project, string id, long? before, int limit, CancellationToken cancellationToken) =>
        await Local.Checkpoints.ListAsync(project, (await RequireAsync(project, id, "id", cancellationToken)).Id, before, limit, cancellationToken);

    /// <summary>Until when a checkpoint is kept, unless its environment is deleted before.</summary>
    public DateTimeOffset ExpiryOf(StoredCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return checkpoint.Created + _options.CheckpointKeepTime;
    }

    /// <summary>Deletes a checkpoint of an environment.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">404: there is none, or its files are on another server.</exception>
    public async Task DeleteCheckpointAsync(string project, string id, string checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var row = await RequireAsync(project, id, "id", cancellationToken);
        await (row.Host.StartsWith(StoredWorker.Prefix, StringComparison.Ordinal) && Kept is not null ? Kept : (await _sites.RequireAsync(row, cancellationToken)).Checkpoints)
            .DeleteAsync(project, id, checkpoint, cancellationToken);
    }

    private async Task<StoredEnvironment> ForkAsync(string project, string originId, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
    {
        var place = EnvironmentRules.Place(field, FromEnvironment);
        RequireBare(spec, place);
        var here = await _sites.RequireAsync(await RequireAsync(project, originId, place, cancellationToken), cancellationToken);
        await using var use = await EnterAsync(project, originId, isAlone: true, cancellationToken);
        var origin = await RequireAsync(project, originId, place, cancellationToken);
        if (origin.State == EnvironmentState.Failed)
        {
            throw EnvironmentFaults.Failed(origin);
        }

        if (origin.State == EnvironmentState.Pending)
        {
            var (asked, shown) = Asked(origin, spec);
            return await InsertAsync(here, project, asked, chainId: null, origin: null, cancellationToken, shown); // there is nothing to copy yet
        }

        var live = here.Live.Join(project, originId);
        try
        {
            return await CopyAsync(
                here, origin, Asked(origin, spec), (origin.FileCount, origin.SizeBytes),
                row => here.Live.WhileStoppedAsync(live, isPatient: true, () => here.Disks.ForkAsync(origin.Id, row, CancellationToken.None), cancellationToken), cancellationToken);
        }
        finally
        {
            here.Live.Leave(live);
        }
    }

    /// <summary>A new environment with the files of a checkpoint. Its variables and rules are those that the environment of the checkpoint has now: a rule that was made stricter since holds.</summary>
    private async Task<StoredEnvironment> RestoreAsync(string project, string interactionId, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
    {
        var place = EnvironmentRules.Place(field, EnvironmentRules.FromInteraction);
        RequireBare(spec, place);
        var checkpoint = await Local.Checkpoints.RequireAsync(project, interactionId, place, cancellationToken);
        if (await _store.GetAsync(project, checkpoint.EnvironmentId, cancellationToken) is not { } origin || HasExpired(origin))
        {
            throw Local.Checkpoints.NotFound(interactionId, place); // it goes with its environment
        }

        // A checkpoint of the store can be had on any host; its own comes first, since what the environment saw as its system is there.
        var images = checkpoint.Host == CheckpointImages.Host ? _images : null;
        var here = images is null ? await _sites.RequireAsync(origin, cancellationToken) : _sites.Find(origin.Host) ?? _sites.Place(project);
        try
        {
            var (asked, shown) = Asked(origin, spec);
            var brought = asked with { Sources = null }; // what was asked for since is not of that turn
            return await CopyAsync(
                here, origin, (brought, shown), counted: default,
                row => images is null ? here.Disks.ForkAsync(checkpoint.Id, row, CancellationToken.None) : here.Disks.LoadAsync(checkpoint, row, images, CancellationToken.None), cancellationToken);
        }
        catch (ApiException) when (images is null && here.Host.Engine.GenerationOf(checkpoint.Id) is null)
        {
            throw Local.Checkpoints.NotFound(interactionId, place); // it made way in the meantime
        }
    }

    /// <summary>Keeps a new environment with what its origin was asked for, and fills its disk.</summary>
    private async Task<StoredEnvironment> CopyAsync(
        HostSite here, StoredEnvironment origin, (EnvironmentSpec Asked, EnvironmentSpec Shown) spec, (long Files, long Bytes) counted, Func<StoredEnvironment, Task> copy, CancellationToken cancellationToken)
    {
        await here.Disks.RequireRunnableAsync(cancellationToken);
        here.Disks.RequireRoom();
        var row = await InsertAsync(here, origin.Project, spec.Asked, chainId: null, origin.Id, cancellationToken, spec.Shown);
        try
        {
            // To the end, or nothing of it: a caller who leaves must not leave half a copy.
            await copy(row);
            var ready = row with { State = EnvironmentState.Ready, FileCount = counted.Files, SizeBytes = counted.Bytes };
            await _store.ReportAsync(ready, CancellationToken.None);
            return ready;
        }
        catch (Exception exception)
        {
            await _store.DeleteAsync(row.Project, row.Id, _time.GetUtcNow(), CancellationToken.None);
            if (_sites.Find(here.Host.Id) == here)
            {
                await here.Disks.EraseAsync(row, CancellationToken.None); // otherwise when it is there again
            }

            if (exception is SandboxException refused)
            {
                throw EnvironmentFaults.NotStarted(origin.Id, refused);
            }

            throw;
        }
    }

    private (EnvironmentSpec Asked, EnvironmentSpec Shown) Asked(StoredEnvironment origin, EnvironmentSpec spec)
    {
        var asked = _forms.Open(origin);
        asked = asked with { Network = spec.Network ?? asked.Network };
        return (asked, EnvironmentForms.Shown(origin) with { Network = asked.Network });
    }

    private static void RequireBare(EnvironmentSpec spec, string place)
    {
        if (spec.Sources is { Count: > 0 } || spec.Env is { Count: > 0 })
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value in '{place}': a copy has the sources and variables of its origin. Leave 'sources' and 'env' out.", place);
        }
    }
}
