using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Images of checkpoints, in parts.</summary>
internal sealed class SqliteCheckpointImages(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : ICheckpointImages
{
    public Task AppendAsync(string checkpoint, int part, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => writer.RunAsync(
        (checkpoint, part, Now: time.GetUtcNow(), bytes),
        static (session, state) => session[ImageRows.AppendSql].Set(1, state.checkpoint).Set(2, state.part).Set(3, state.Now).SetBlob(4, state.bytes).Execute(),
        CancellationToken.None); // the bytes are the caller's buffer: it must not be used again before the change is made

    public Task<byte[]?> ReadAsync(string checkpoint, int part, CancellationToken cancellationToken) => readers.ReadAsync(
        (checkpoint, part), static (session, key) => session[ImageRows.ReadSql].Set(1, key.checkpoint).Set(2, key.part).ReadFirst(static row => row.GetBytes(0).ToArray()), cancellationToken);

    public Task DeleteAsync(string checkpoint, CancellationToken cancellationToken) =>
        writer.RunAsync(checkpoint, static (session, checkpoint) => session[ImageRows.DeleteSql].Set(1, checkpoint).Execute(), cancellationToken);

    public Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        writer.RunAsync(before, static (session, before) => session[ImageRows.SweepSql].Set(1, before).Execute(), cancellationToken);
}
