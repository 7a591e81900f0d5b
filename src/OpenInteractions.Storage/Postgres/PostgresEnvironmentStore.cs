using Npgsql;
using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Environments, in the order of their numbers.</summary>
internal sealed class PostgresEnvironmentStore(PostgresDatabase database) : IEnvironmentStore
{
    // Those of a conversation, and those of a host, are kept one after the other, so that none gets a second one and no slot is given twice. Whoever takes both
    // locks takes them in this order.
    private const string LockChainSql = "SELECT pg_advisory_xact_lock(hashtextextended('environments of ' || $1 || '/' || $2, 0))";

    private const string LockHostSql = "SELECT pg_advisory_xact_lock(hashtextextended('environments on ' || $1, 0))";

    private const string InsertSql = $"""
        INSERT INTO environments (project, id, host, slot, state, failure, chain_id, forked_from, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING {EnvironmentRows.Environment}
        """;

    private const string ChangeSql = """
        UPDATE environments SET shown = $3, sealed = $4, updated_at = greatest(updated_at, $5) WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    private const string ReportSql = """
        UPDATE environments SET state = $3, failure = $4, generation = $5, file_count = $6, size_bytes = $7, last_accessed_at = greatest(last_accessed_at, $8),
            updated_at = greatest(updated_at, $9)
        WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    private const string DeleteSql = """
        UPDATE environments SET state = 'deleted', shown = NULL, sealed = NULL, updated_at = greatest(updated_at, $3) WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    private static readonly RowQuery<(string Project, string Id), StoredEnvironment> One = new(
        EnvironmentRows.GetSql, static (command, key) => command.Text(key.Project).Text(key.Id), static row => EnvironmentRows.Read(row));

    private static readonly RowQuery<(string Project, string ChainId), StoredEnvironment> OfChain = new(
        EnvironmentRows.OfChainSql, static (command, key) => command.Text(key.Project).Text(key.ChainId), static row => EnvironmentRows.Read(row));

    public Task<StoredEnvironment?> InsertAsync(StoredEnvironment environment, CancellationToken cancellationToken) => database.WriteAsync(
        environment,
        static async Task<StoredEnvironment?> (connection, environment, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (environment.ChainId is not null && await FindOfChainAsync(connection, environment.Project, environment.ChainId, cancellationToken) is { } ofChain)
            {
                return ofChain;
            }

            if (await FindSlotAsync(connection, environment.Host, cancellationToken) is not (< StoredEnvironment.Slots and var slot))
            {
                return null;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(InsertSql).Text(environment.Project).Text(environment.Id).Text(environment.Host).Integer(slot).Text(EnvironmentRows.NameOf(environment.State))
                .Text(environment.Failure).Text(environment.ChainId).Text(environment.ForkedFrom).Time(environment.Created).Time(environment.Updated)
                .Time(environment.LastAccessed).Long(environment.Generation).Long(environment.FileCount).Long(environment.SizeBytes)
                .Bytes(environment.Shown).Bytes(environment.Sealed);
            var kept = await batch.ReadAllAsync(static row => EnvironmentRows.Read(row), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return kept[0];
        },
        cancellationToken);

    public async Task<int?> FindFreeSlotAsync(string host, CancellationToken cancellationToken) =>
        await database.ReadAllAsync(EnvironmentRows.FreeSlotSql, host, static (command, host) => command.Text(host), static row => row.GetInt32(0), cancellationToken) is [< StoredEnvironment.Slots and var slot] ? slot : null;

    public Task<StoredEnvironment?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(One, (project, id), cancellationToken);

    public Task<StoredEnvironment?> FindOfChainAsync(string project, string chainId, CancellationToken cancellationToken) =>
        database.ReadRowAsync(OfChain, (project, chainId), cancellationToken);

    public Task<IReadOnlyList<StoredEnvironment>> ListAsync(string project, long? before, int limit, CancellationToken cancellationToken) =>
        ListAsync(EnvironmentRows.ListSql, project, before ?? long.MaxValue, limit, cancellationToken);

    public async Task<bool> ChangeAsync(StoredEnvironment environment, CancellationToken cancellationToken) => await database.ExecuteAsync(
        ChangeSql,
        environment,
        static (command, environment) => command.Text(environment.Project).Text(environment.Id).Bytes(environment.Shown).Bytes(environment.Sealed).Time(environment.Updated),
        cancellationToken) == 1;

    public async Task<bool> ReportAsync(StoredEnvironment environment, CancellationToken cancellationToken) => await database.ExecuteAsync(
        ReportSql,
        environment,
        static (command, environment) => command.Text(environment.Project).Text(environment.Id).Text(EnvironmentRows.NameOf(environment.State)).Text(environment.Failure)
            .Long(environment.Generation).Long(environment.FileCount).Long(environment.SizeBytes).Time(environment.LastAccessed).Time(environment.Updated),
        cancellationToken) == 1;

    public async Task<bool> DeleteAsync(string project, string id, DateTimeOffset at, CancellationToken cancellationToken) => await database.ExecuteAsync(
        DeleteSql, (project, id, at), static (command, key) => command.Text(key.project).Text(key.id).Time(key.at), cancellationToken) == 1;

    public Task<IReadOnlyList<StoredEnvironment>> ListOfHostAsync(string host, long after, int limit, CancellationToken cancellationToken) =>
        ListAsync(EnvironmentRows.ListOfHostSql, host, after, limit, cancellationToken);

    public Task EraseAsync(string project, string id, CancellationToken cancellationToken) =>
        database.ExecuteAsync(EnvironmentRows.EraseSql, (project, id), static (command, key) => command.Text(key.project).Text(key.id), cancellationToken);

    private async Task<IReadOnlyList<StoredEnvironment>> ListAsync(string sql, string owner, long from, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        sql,
        (owner, from, limit),
        static (command, page) => command.Text(page.owner).Long(page.from).Integer(page.limit),
        static row => EnvironmentRows.Read(row),
        cancellationToken);

    private static async Task<StoredEnvironment?> FindOfChainAsync(NpgsqlConnection connection, string project, string chainId, CancellationToken cancellationToken)
    {
        await LockAsync(connection, LockChainSql, project, chainId, cancellationToken);
        await using var batch = OfChain.On(connection, (project, chainId));
        return await batch.ReadAllAsync(OfChain.Read, cancellationToken) is [var ofChain] ? ofChain : null;
    }

    private static async Task<int?> FindSlotAsync(NpgsqlConnection connection, string host, CancellationToken cancellationToken)
    {
        await LockAsync(connection, LockHostSql, host, null, cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.Add(EnvironmentRows.FreeSlotSql).Text(host);
        return await batch.ExecuteScalarAsync(cancellationToken) as int?;
    }

    /// <summary>In a statement of its own: the next one then sees what others committed before they let go.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, string sql, string first, string? second, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        var locking = batch.Add(sql).Text(first);
        _ = second is null ? locking : locking.Text(second);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
