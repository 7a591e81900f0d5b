using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Checkpoints, in the order of their numbers.</summary>
internal sealed class PostgresCheckpointStore(PostgresDatabase database) : ICheckpointStore
{
    private static readonly RowQuery<(string Project, string Interaction), StoredCheckpoint> OfInteraction = new(
        CheckpointRows.FindSql, static (command, key) => command.Text(key.Project).Text(key.Interaction), static row => CheckpointRows.Read(row));

    private static readonly RowQuery<(string Project, string Id), StoredCheckpoint> One = new(
        CheckpointRows.GetSql, static (command, key) => command.Text(key.Project).Text(key.Id), static row => CheckpointRows.Read(row));

    public Task<StoredCheckpoint?> InsertAsync(StoredCheckpoint checkpoint, CancellationToken cancellationToken) => database.WriteAsync(
        checkpoint,
        static async Task<StoredCheckpoint?> (connection, checkpoint, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(CheckpointRows.InsertSql).Text(checkpoint.Project).Text(checkpoint.EnvironmentId).Text(checkpoint.Id).Text(checkpoint.InteractionId).Text(checkpoint.Host)
                .Time(checkpoint.Created).Long(checkpoint.SizeBytes);
            return await batch.ReadAllAsync(static row => CheckpointRows.Read(row), cancellationToken) is [var kept] ? kept : null;
        },
        cancellationToken);

    public Task<StoredCheckpoint?> FindAsync(string project, string interactionId, CancellationToken cancellationToken) =>
        database.ReadRowAsync(OfInteraction, (project, interactionId), cancellationToken);

    public Task<StoredCheckpoint?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(One, (project, id), cancellationToken);

    public async Task<IReadOnlyList<StoredCheckpoint>> ListAsync(string project, string environmentId, long? before, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        CheckpointRows.ListSql,
        (project, environmentId, before: before ?? long.MaxValue, limit),
        static (command, page) => command.Text(page.project).Text(page.environmentId).Long(page.before).Integer(page.limit),
        static row => CheckpointRows.Read(row),
        cancellationToken);

    public async Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => await database.ExecuteAsync(
        CheckpointRows.DeleteSql, (project, id), static (command, key) => command.Text(key.project).Text(key.id), cancellationToken) == 1;

    public async Task<IReadOnlyList<StoredCheckpoint>> ListOfHostAsync(string host, string? project, long after, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        project is null ? CheckpointRows.ListOfHostSql : CheckpointRows.ListOfHostAndProjectSql,
        (host, project, after, limit),
        static (command, page) =>
        {
            var bound = command.Text(page.host).Long(page.after).Integer(page.limit);
            _ = page.project is null ? bound : bound.Text(page.project);
        },
        static row => CheckpointRows.Read(row),
        cancellationToken);

    public async Task<IReadOnlyList<CheckpointUsage>> UsageOfHostAsync(string host, CancellationToken cancellationToken) => await database.ReadAllAsync(
        CheckpointRows.UsageSql, host, static (command, host) => command.Text(host), static row => CheckpointRows.ReadUsage(row), cancellationToken);
}
