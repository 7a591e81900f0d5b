namespace OpenInteractions.Engine.Environments;

/// <summary>Keeps the images of checkpoints that are not on a host, in parts. An image belongs to the row of its checkpoint, which is written behind the last part and deleted before the first.</summary>
public interface ICheckpointImages
{
    /// <summary>Keeps a part; durable when this returns.</summary>
    /// <param name="checkpoint">The checkpoint's id.</param>
    /// <param name="part">Its number, from 0.</param>
    /// <param name="bytes">The part, sealed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task AppendAsync(string checkpoint, int part, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>A part; null when there is none.</summary>
    /// <param name="checkpoint">The checkpoint's id.</param>
    /// <param name="part">Its number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<byte[]?> ReadAsync(string checkpoint, int part, CancellationToken cancellationToken);

    /// <summary>Removes all parts of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task DeleteAsync(string checkpoint, CancellationToken cancellationToken);

    /// <summary>Removes parts whose checkpoint has no row and that were written before a time: what a crash has left.</summary>
    /// <param name="before">The time; the sending of an image takes less than what lies between it and now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
