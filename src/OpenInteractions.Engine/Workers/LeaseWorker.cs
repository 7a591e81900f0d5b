using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Workers;

namespace OpenInteractions.Engine.Workers;

/// <summary>Lets one process at a time serve the host of a worker.</summary>
public sealed class LeaseWorker(IWorkerStore store, IOptions<WorkerOptions> options)
{
    /// <summary>Which words this server speaks with workers.</summary>
    public const int Protocol = 1;

    private const int LongestName = 100;

    /// <summary>Takes the lease.</summary>
    /// <exception cref="ApiException">It speaks other words, its directory is another's, or somebody else has the lease; the error says what to do.</exception>
    public async Task<WorkerLease> ExecuteAsync(StoredWorker worker, WorkerLeaseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(request);
        if (request.Protocol != Protocol)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"This server speaks version {Protocol} of the words between servers and workers, and the worker version {request.Protocol}. Give both the same release of OpenInteractions.", "protocol");
        }

        if (request.Holder.Length > LongestName || request.Directory.Length > LongestName)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'holder' and 'directory' have {LongestName} characters at most.");
        }

        if (request.Worker is { } owner && owner != worker.Id)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"The directory belongs to the worker '{Excerpt.Of(owner, LongestName)}', and the key to '{worker.Id}'. Use that worker's key, or another directory.", "worker");
        }

        RequireDirectory(worker, request);
        if (await store.LeaseAsync(worker.Id, request.Holder, request.Directory, options.Value.LeaseTime, cancellationToken) is { } epoch)
        {
            return new WorkerLease { Worker = worker.Id, Epoch = epoch, LeaseSeconds = options.Value.LeaseTime.TotalSeconds };
        }

        // Somebody was first; of what, only a new look tells.
        var now = await store.GetAsync(worker.Id, cancellationToken);
        RequireDirectory(now ?? worker, request);
        throw new ApiException(
            ErrorCode.Aborted, $"Another process serves the worker '{worker.Id}', and was heard of less than {options.Value.LeaseTime} ago. Stop that one; or make a worker of its own for this machine: 'oi workers create'.");
    }

    /// <summary>Whether a lease is held, and renews it.</summary>
    public Task<bool> RenewAsync(string worker, long epoch, CancellationToken cancellationToken) => store.RenewAsync(worker, epoch, options.Value.LeaseTime, cancellationToken);

    private static void RequireDirectory(StoredWorker worker, WorkerLeaseRequest request)
    {
        if (worker.Directory is { } bound && bound != request.Directory)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition,
                $"The key of the worker '{worker.Id}' belongs to another directory ('{bound}'), which has the files of its environments. Start it with that one, or make a new worker for this directory: 'oi workers create'.",
                "directory");
        }
    }
}
