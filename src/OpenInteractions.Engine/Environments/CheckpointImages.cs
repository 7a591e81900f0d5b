using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Environments;

/// <summary>Brings disks into the store and back onto hosts. Each part is sealed for its place, so none can stand for another; that all are there, the image itself tells.</summary>
internal sealed class CheckpointImages(ICheckpointImages store, ISecretBox box, TimeProvider time)
{
    /// <summary>What stands for a host in checkpoints that are in the store.</summary>
    public const string Host = "store";

    /// <summary>Parts whose row is not written after this long have lost their server.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Keeps a disk; durable when this returns. What is left when it fails, <see cref="DeleteAsync"/> removes.</summary>
    /// <param name="engine">The engine that has the disk.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="project">The project.</param>
    /// <param name="limit">Bytes that it may take.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Bytes that it takes; null when these would be more than the limit.</returns>
    public async Task<long?> SaveAsync(ISandboxEngine engine, string disk, string project, long limit, CancellationToken cancellationToken)
    {
        await using var parts = new ImageParts(store, box, project, disk, limit, cancellationToken);
        try
        {
            await engine.ExportDiskAsync(disk, parts, cancellationToken);
            await parts.EndAsync();
        }
        catch (ImageTooLargeException)
        {
            return null;
        }

        return parts.Kept;
    }

    /// <summary>Makes a disk of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="engine">The engine that gets it.</param>
    /// <param name="disk">The new disk.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    public async Task LoadAsync(StoredCheckpoint checkpoint, ISandboxEngine engine, string disk, int slot, CancellationToken cancellationToken)
    {
        await using var parts = new ImageReading(store, box, checkpoint.Project, checkpoint.Id);
        await engine.ImportDiskAsync(disk, slot, parts, cancellationToken);
    }

    public Task DeleteAsync(string checkpoint, CancellationToken cancellationToken) => store.DeleteAsync(checkpoint, cancellationToken);

    /// <summary>Removes what a crash has left.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => store.SweepAsync(time.GetUtcNow() - Longest, cancellationToken);

    public static string Purpose(string project, string id, int part) => $"checkpoint/{project}/{id}/{part}";
}
