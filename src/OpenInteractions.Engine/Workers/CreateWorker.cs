using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Workers;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Workers;

/// <summary>Makes a worker with its key.</summary>
public sealed partial class CreateWorker(IWorkerStore store, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>How many a project may have.</summary>
    public const int MostPerProject = 100;

    /// <summary>Keeps it.</summary>
    /// <returns>The worker, and its key, which is kept nowhere.</returns>
    /// <exception cref="ApiException">It is wrong, or the caller may not make it.</exception>
    public async Task<(StoredWorker Worker, string Key)> ExecuteAsync(Caller caller, CreateWorkerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (!Name().IsMatch(request.Name))
        {
            throw new ApiException(ErrorCode.InvalidRequest, "Invalid value for 'name': a name has letters, digits, '.', '_' and '-', at most 63, and begins with a letter or digit.", "name");
        }

        if (request.AllProjects == true && caller.Project != options.Value.OperatorProject)
        {
            throw new ApiException(
                ErrorCode.PermissionDenied,
                $"A worker of all projects is made with a key of the operator's project, which is named by {WorkerOptions.Section}:{nameof(WorkerOptions.OperatorProject)}. Leave 'all_projects' out for one of your own.", "all_projects");
        }

        var key = WorkerKey.New();
        var worker = new StoredWorker
        {
            Project = caller.Project,
            Id = InteractionId.Random(StoredWorker.Prefix),
            Name = request.Name,
            IsForAll = request.AllProjects == true,
            KeyHash = WorkerKey.Hash(key),
            Created = time.GetUtcNow(),
        };
        return await store.InsertAsync(worker, MostPerProject, cancellationToken) == Insertion.Kept
            ? (worker, key)
            : throw new ApiException(ErrorCode.FailedPrecondition, $"A project may have {MostPerProject} workers at most: delete those that are not used any more.", "name");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z")]
    private static partial Regex Name();
}
