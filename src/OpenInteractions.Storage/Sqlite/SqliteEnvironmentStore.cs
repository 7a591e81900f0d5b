using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Environments, in the order of their numbers.</summary>
internal sealed class SqliteEnvironmentStore(SqliteWriter writer, SqliteReaders readers) : IEnvironmentStore
{
    private const string InsertSql = $"""
        INSERT INTO environments (project, id, host, slot, state, failure, chain_id, forked_from, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING {EnvironmentRows.Environment}
        """;

    private const string ChangeSql = """
        UPDATE environments SET shown = $3, sealed = $4, updated_at = max(updated_at, $5) WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    private const string ReportSql = """
        UPDATE environments SET state = $3, failure = $4, generation = $5, file_count = $6, size_bytes = $7, last_accessed_at = max(last_accessed_at, $8), updated_at = max(updated_at, $9)
        WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    private const string DeleteSql = """
        UPDATE environments SET state = 'deleted', shown = NULL, sealed = NULL, updated_at = max(updated_at, $3) WHERE project = $1 AND id = $2 AND state <> 'deleted'
        """;

    public Task<StoredEnvironment?> InsertAsync(StoredEnvironment environment, CancellationToken cancellationToken) => writer.RunAsync(
        environment,
        static (session, environment) =>
        {
            if (environment.ChainId is not null && First(session[EnvironmentRows.OfChainSql].Set(1, environment.Project).Set(2, environment.ChainId)) is { } ofChain)
            {
                return ofChain;
            }

            if (session[EnvironmentRows.FreeSlotSql].Set(1, environment.Host).QueryNumber() is not (< StoredEnvironment.Slots and var slot))
            {
                return null;
            }

            return First(session[InsertSql].Set(1, environment.Project).Set(2, environment.Id).Set(3, environment.Host).Set(4, slot).Set(5, EnvironmentRows.NameOf(environment.State))
                .Set(6, environment.Failure).Set(7, environment.ChainId).Set(8, environment.ForkedFrom).Set(9, environment.Created).Set(10, environment.Updated)
                .Set(11, environment.LastAccessed).Set(12, environment.Generation).Set(13, environment.FileCount).Set(14, environment.SizeBytes)
                .Set(15, environment.Shown).Set(16, environment.Sealed));
        },
        cancellationToken);

    public Task<int?> FindFreeSlotAsync(string host, CancellationToken cancellationToken) => readers.ReadAsync(
        host, static (session, host) => session[EnvironmentRows.FreeSlotSql].Set(1, host).QueryNumber() is < StoredEnvironment.Slots and var slot ? (int?)slot : null, cancellationToken);

    public Task<StoredEnvironment?> GetAsync(string project, string id, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, id), static (session, key) => First(session[EnvironmentRows.GetSql].Set(1, key.project).Set(2, key.id)), cancellationToken);

    public Task<StoredEnvironment?> FindOfChainAsync(string project, string chainId, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, chainId), static (session, key) => First(session[EnvironmentRows.OfChainSql].Set(1, key.project).Set(2, key.chainId)), cancellationToken);

    public Task<IReadOnlyList<StoredEnvironment>> ListAsync(string project, long? before, int limit, CancellationToken cancellationToken) =>
        ListAsync(EnvironmentRows.ListSql, project, before ?? long.MaxValue, limit, cancellationToken);

    public Task<bool> ChangeAsync(StoredEnvironment environment, CancellationToken cancellationToken) => writer.RunAsync(
        environment,
        static (session, environment) => session[ChangeSql].Set(1, environment.Project).Set(2, environment.Id).Set(3, environment.Shown).Set(4, environment.Sealed)
            .Set(5, environment.Updated).Execute() == 1,
        cancellationToken);

    public Task<bool> ReportAsync(StoredEnvironment environment, CancellationToken cancellationToken) => writer.RunAsync(
        environment,
        static (session, environment) => session[ReportSql].Set(1, environment.Project).Set(2, environment.Id).Set(3, EnvironmentRows.NameOf(environment.State))
            .Set(4, environment.Failure).Set(5, environment.Generation).Set(6, environment.FileCount).Set(7, environment.SizeBytes).Set(8, environment.LastAccessed)
            .Set(9, environment.Updated).Execute() == 1,
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, DateTimeOffset at, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id, at), static (session, key) => session[DeleteSql].Set(1, key.project).Set(2, key.id).Set(3, key.at).Execute() == 1, cancellationToken);

    public Task<IReadOnlyList<StoredEnvironment>> ListOfHostAsync(string host, long after, int limit, CancellationToken cancellationToken) =>
        ListAsync(EnvironmentRows.ListOfHostSql, host, after, limit, cancellationToken);

    public Task EraseAsync(string project, string id, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id), static (session, key) => session[EnvironmentRows.EraseSql].Set(1, key.project).Set(2, key.id).Execute(), cancellationToken);

    private Task<IReadOnlyList<StoredEnvironment>> ListAsync(string sql, string owner, long from, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (sql, owner, from, limit),
        static IReadOnlyList<StoredEnvironment> (session, page) => session[page.sql].Set(1, page.owner).Set(2, page.from).Set(3, page.limit).ReadAll(static row => EnvironmentRows.Read(row)),
        cancellationToken);

    private static StoredEnvironment? First(SqliteStatement statement) => statement.ReadFirst(static row => EnvironmentRows.Read(row));
}
