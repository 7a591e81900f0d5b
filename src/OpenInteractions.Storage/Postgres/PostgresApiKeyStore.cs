using Npgsql;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The keys of callers, for all nodes.</summary>
internal sealed class PostgresApiKeyStore(PostgresDatabase database) : IApiKeyStore
{
    // Changes come one after the other, so that their numbers grow in the order in which they can be seen.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('api_keys', 0))";

    public Task<bool> InsertAsync(ApiKeyEntry key, CancellationToken cancellationToken) => ChangeAsync(
        ApiKeyRows.InsertSql,
        key,
        static (command, key) => command.Text(key.Project).Text(key.Id).Text(key.Sha256).Time(key.Created).Long(key.Revoked?.ToUnixTimeMilliseconds()),
        cancellationToken);

    public Task<bool> RevokeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(ApiKeyRows.RevokeSql, (id, now), static (command, key) => command.Text(key.id).Time(key.now), cancellationToken);

    public async Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAllAsync(ApiKeyRows.ListSql, 0, static (_, _) => { }, static row => ApiKeyRows.Read(row), cancellationToken);

    public async Task<string> ReadVersionAsync(CancellationToken cancellationToken) =>
        (await database.ReadAllAsync(ApiKeyRows.VersionSql, 0, static (_, _) => { }, static row => ApiKeyRows.ReadVersion(row), cancellationToken)).FirstOrDefault() ?? "";

    private Task<bool> ChangeAsync<TState>(string sql, TState state, Action<NpgsqlBatchCommand, TState> bind, CancellationToken cancellationToken) => database.WriteAsync(
        (sql, state, bind),
        static async (connection, change, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = connection.CreateBatch();
            batch.Add(LockSql);
            var command = batch.Add(change.sql);
            change.bind(command, change.state);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return command.RecordsAffected == 1;
        },
        cancellationToken);
}
