using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Checkpoints, in the order of their numbers.</summary>
internal sealed class SqliteCheckpointStore(SqliteWriter writer, SqliteReaders readers) : ICheckpointStore
{
    public Task<StoredCheckpoint?> InsertAsync(StoredCheckpoint checkpoint, CancellationToken cancellationToken) => writer.RunAsync(
        checkpoint,
        static (session, checkpoint) => session[CheckpointRows.InsertSql].Set(1, checkpoint.Project).Set(2, checkpoint.EnvironmentId).Set(3, checkpoint.Id).Set(4, checkpoint.InteractionId)
            .Set(5, checkpoint.Host).Set(6, checkpoint.Created).Set(7, checkpoint.SizeBytes).ReadFirst(static row => CheckpointRows.Read(row)),
        cancellationToken);

    public Task<StoredCheckpoint?> FindAsync(string project, string interactionId, CancellationToken cancellationToken) => FirstAsync(CheckpointRows.FindSql, project, interactionId, cancellationToken);

    public Task<StoredCheckpoint?> GetAsync(string project, string id, CancellationToken cancellationToken) => FirstAsync(CheckpointRows.GetSql, project, id, cancellationToken);

    public Task<IReadOnlyList<StoredCheckpoint>> ListAsync(string project, string environmentId, long? before, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, environmentId, before: before ?? long.MaxValue, limit),
        static IReadOnlyList<StoredCheckpoint> (session, page) => session[CheckpointRows.ListSql].Set(1, page.project).Set(2, page.environmentId).Set(3, page.before).Set(4, page.limit)
            .ReadAll(static row => CheckpointRows.Read(row)),
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id), static (session, key) => session[CheckpointRows.DeleteSql].Set(1, key.project).Set(2, key.id).Execute() == 1, cancellationToken);

    public Task<IReadOnlyList<StoredCheckpoint>> ListOfHostAsync(string host, string? project, long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (host, project, after, limit),
        static IReadOnlyList<StoredCheckpoint> (session, page) =>
        {
            var statement = session[page.project is null ? CheckpointRows.ListOfHostSql : CheckpointRows.ListOfHostAndProjectSql].Set(1, page.host).Set(2, page.after).Set(3, page.limit);
            return (page.project is null ? statement : statement.Set(4, page.project)).ReadAll(static row => CheckpointRows.Read(row));
        },
        cancellationToken);

    public Task<IReadOnlyList<CheckpointUsage>> UsageOfHostAsync(string host, CancellationToken cancellationToken) => readers.ReadAsync(
        host,
        static IReadOnlyList<CheckpointUsage> (session, host) => session[CheckpointRows.UsageSql].Set(1, host).ReadAll(static row => CheckpointRows.ReadUsage(row)),
        cancellationToken);

    private Task<StoredCheckpoint?> FirstAsync(string sql, string project, string key, CancellationToken cancellationToken) => readers.ReadAsync(
        (sql, project, key), static (session, one) => session[one.sql].Set(1, one.project).Set(2, one.key).ReadFirst(static row => CheckpointRows.Read(row)), cancellationToken);
}
