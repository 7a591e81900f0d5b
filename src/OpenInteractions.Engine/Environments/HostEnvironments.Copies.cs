using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

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
        await Checkpoints.ListAsync(project, (await RequireAsync(project, id, "id", cancellationToken)).Id, before, limit, cancellationToken);

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
        RequireHere(await RequireAsync(project, id, "id", cancellationToken));
        await Checkpoints.DeleteAsync(project, id, checkpoint, cancellationToken);
    }

    private async Task<StoredEnvironment> ForkAsync(string project, string originId, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
    {
        var place = EnvironmentRules.Place(field, FromEnvironment);
        RequireBare(spec, place);
        RequireHere(await RequireAsync(project, originId, place, cancellationToken));
        await using var use = await EnterAsync(project, originId, isAlone: true, cancellationToken);
        var origin = await RequireAsync(project, originId, place, cancellationToken);
        if (origin.State == EnvironmentState.Failed)
        {
            throw EnvironmentFaults.Failed(origin);
        }

        if (origin.State == EnvironmentState.Pending)
        {
            var (asked, shown) = Asked(origin, spec);
            return await InsertAsync(project, asked, chainId: null, origin: null, cancellationToken, shown); // there is nothing to copy yet
        }

        var live = _live.Join(project, originId);
        try
        {
            return await CopyAsync(
                origin, Asked(origin, spec), (origin.FileCount, origin.SizeBytes),
                row => _live.WhileStoppedAsync(live, isPatient: true, () => _disks.ForkAsync(origin.Id, row, CancellationToken.None), cancellationToken), cancellationToken);
        }
        finally
        {
            _live.Leave(live);
        }
    }

    /// <summary>A new environment with the files of a checkpoint. Its variables and rules are those that the environment of the checkpoint has now: a rule that was made stricter since holds.</summary>
    private async Task<StoredEnvironment> RestoreAsync(string project, string interactionId, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
    {
        var place = EnvironmentRules.Place(field, EnvironmentRules.FromInteraction);
        RequireBare(spec, place);
        var checkpoint = await Checkpoints.RequireAsync(project, interactionId, place, cancellationToken);
        if (await _store.GetAsync(project, checkpoint.EnvironmentId, cancellationToken) is not { } origin || HasExpired(origin))
        {
            throw Checkpoints.NotFound(interactionId, place); // it goes with its environment
        }

        RequireHere(origin);
        try
        {
            var (asked, shown) = Asked(origin, spec);
            var brought = asked with { Sources = null }; // what was asked for since is not of that turn
            return await CopyAsync(origin, (brought, shown), counted: default, row => _disks.ForkAsync(checkpoint.Id, row, CancellationToken.None), cancellationToken);
        }
        catch (ApiException) when (_host.Engine.GenerationOf(checkpoint.Id) is null)
        {
            throw Checkpoints.NotFound(interactionId, place); // it made way in the meantime
        }
    }

    /// <summary>Keeps a new environment with what its origin was asked for, and fills its disk.</summary>
    private async Task<StoredEnvironment> CopyAsync(
        StoredEnvironment origin, (EnvironmentSpec Asked, EnvironmentSpec Shown) spec, (long Files, long Bytes) counted, Func<StoredEnvironment, Task> copy, CancellationToken cancellationToken)
    {
        await _disks.RequireRunnableAsync(cancellationToken);
        _disks.RequireRoom();
        var row = await InsertAsync(origin.Project, spec.Asked, chainId: null, origin.Id, cancellationToken, spec.Shown);
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
            await _disks.EraseAsync(row, CancellationToken.None);
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
