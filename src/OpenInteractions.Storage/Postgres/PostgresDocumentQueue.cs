using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>What is to be done with documents. Nodes take them one by one; none waits for another.</summary>
internal sealed partial class PostgresDocumentQueue(PostgresDatabase database) : IDocumentQueue
{
    private const string ClaimSql = $"""
        UPDATE file_search_documents SET epoch = epoch + 1, attempts = attempts + 1, due_at = oi_now() + $2
        WHERE number = (
            SELECT number FROM file_search_documents WHERE work = $1 AND due_at <= oi_now() ORDER BY due_at, number LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {FileSearchRows.Claimed}
        """;

    private const string RenewSql = "UPDATE file_search_documents SET due_at = oi_now() + $3 WHERE number = $1 AND epoch = $2 AND work IS NOT NULL";

    private const string PostponeSql =
        "UPDATE file_search_documents SET due_at = oi_now() + $3, epoch = epoch + 1, attempts = attempts - $4 WHERE number = $1 AND epoch = $2 AND work IS NOT NULL";

    // The row stays locked until the change is made: nobody takes or deletes the document meanwhile.
    private const string LockSql = "SELECT store, size_bytes, display_name FROM file_search_documents WHERE number = $1 AND epoch = $2 AND work = $3 FOR UPDATE";

    private const string FailSql = """
        UPDATE file_search_documents SET state = 'failed', failure = $3, work = NULL, epoch = epoch + 1, updated_at = oi_now() WHERE number = $1 AND epoch = $2
        """;

    private const string QueueVectorsSql = """
        UPDATE file_search_documents SET work = 'embed', due_at = 0, epoch = epoch + 1, attempts = 0
        WHERE state = 'active' AND work IS NULL AND store IN (SELECT number FROM file_search_stores WHERE embedding_model IS DISTINCT FROM $1)
        """;

    private const string AdoptSql = "UPDATE file_search_stores SET embedding_model = $1, version = version + 1 WHERE embedding_model IS DISTINCT FROM $1";

    public Task<ClaimedDocument?> ClaimAsync(DocumentWork work, TimeSpan ttl, CancellationToken cancellationToken) => database.WriteAsync(
        (Work: FileSearchRows.WorkName(work), ttl),
        static async (connection, claim, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(ClaimSql).Text(claim.Work).Milliseconds(claim.ttl);
            return await batch.ReadAllAsync(FileSearchRows.ReadClaimed, cancellationToken) is [var claimed] ? claimed : null;
        },
        cancellationToken);

    public async Task<bool> RenewAsync(DocumentLease lease, TimeSpan ttl, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(RenewSql, (lease, ttl), static (command, state) => command.Lease(state.lease).Milliseconds(state.ttl), cancellationToken) == 1;

    public async Task<bool> PostponeAsync(DocumentLease lease, TimeSpan pause, bool isCounted, CancellationToken cancellationToken) => await database.ExecuteAsync(
        PostponeSql, (lease, pause, isCounted), static (command, state) => command.Lease(state.lease).Milliseconds(state.pause).Integer(state.isCounted ? 0 : 1), cancellationToken) == 1;

    public Task<bool> FailAsync(DocumentLease lease, string reason, CancellationToken cancellationToken) => ChangeAsync(
        lease, "read", reason,
        static (batch, lease, found, reason) =>
        {
            batch.Add(FailSql).Lease(lease).Text(reason);
            batch.Add(PostgresFileSearchStores.TouchSql).Long(found.Store);
        },
        cancellationToken);

    public Task<int> AdoptModelAsync(string model, CancellationToken cancellationToken) => database.WriteAsync(
        model,
        static async (connection, model, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(QueueVectorsSql).Text(model);
            var adopt = batch.Add(AdoptSql).Text(model);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return (int)adopt.Rows;
        },
        cancellationToken);

    /// <summary>Of no other node is it known that it is dead: what it had taken comes due by itself.</summary>
    public Task<int> FreeAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Makes a change while the lease holds.</summary>
    private Task<bool> ChangeAsync<TState>(
        DocumentLease lease, string work, TState state, Action<NpgsqlBatch, DocumentLease, (long Store, long Bytes, string Title), TState> add, CancellationToken cancellationToken) => database.WriteAsync(
        (lease, work, state, add),
        static async (connection, change, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await LockAsync(connection, change.lease, change.work, cancellationToken) is not { } found)
            {
                return false;
            }

            await using var batch = connection.CreateBatch();
            change.add(batch, change.lease, found, change.state);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    private static async Task<(long Store, long Bytes, string Title)?> LockAsync(NpgsqlConnection connection, DocumentLease lease, string work, CancellationToken cancellationToken)
    {
        await using var find = connection.CreateBatch();
        find.Add(LockSql).Lease(lease).Text(work);
        return await find.ReadAllAsync(static row => (row.GetInt64(0), row.GetInt64(1), row.GetString(2)), cancellationToken) is [var found] ? found : null;
    }
}
