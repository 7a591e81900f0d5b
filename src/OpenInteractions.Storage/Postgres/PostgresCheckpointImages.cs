using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Images of checkpoints, in parts.</summary>
internal sealed class PostgresCheckpointImages(PostgresDatabase database, TimeProvider time) : ICheckpointImages
{
    public Task AppendAsync(string checkpoint, int part, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => database.ExecuteAsync(
        ImageRows.AppendSql,
        (checkpoint, part, Now: time.GetUtcNow(), bytes),
        static (command, state) => command.Text(state.checkpoint).Integer(state.part).Time(state.Now).Blob(state.bytes),
        CancellationToken.None); // the bytes are the caller's buffer: it must not be used again before the change is made

    public Task<byte[]?> ReadAsync(string checkpoint, int part, CancellationToken cancellationToken) => database.ReadAsync(
        (checkpoint, part),
        static async (connection, key, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(ImageRows.ReadSql).Text(key.checkpoint).Integer(key.part);
            return await batch.ReadAllAsync(static row => row.GetBytes(0).ToArray(), cancellationToken) is [var bytes] ? bytes : null;
        },
        cancellationToken);

    public Task DeleteAsync(string checkpoint, CancellationToken cancellationToken) =>
        database.ExecuteAsync(ImageRows.DeleteSql, checkpoint, static (command, checkpoint) => command.Text(checkpoint), cancellationToken);

    public Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.ExecuteAsync(ImageRows.SweepSql, before, static (command, before) => command.Time(before), cancellationToken);
}
