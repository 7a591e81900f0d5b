using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>What is to be done with documents.</summary>
internal sealed partial class SqliteDocumentQueue(SqliteWriter writer, SqliteReaders readers, OwnClock clock, TimeProvider time) : IDocumentQueue
{
    private const string ClaimSql = $"""
        UPDATE file_search_documents SET epoch = epoch + 1, attempts = attempts + 1, due_at = $3
        WHERE number = (SELECT number FROM file_search_documents WHERE work = $1 AND due_at <= $2 ORDER BY due_at, number LIMIT 1)
        RETURNING {FileSearchRows.Claimed}
        """;

    private const string IsDueSql = "SELECT 1 FROM file_search_documents WHERE work = $1 AND due_at <= $2 LIMIT 1";

    private const string RenewSql = "UPDATE file_search_documents SET due_at = $3 WHERE number = $1 AND epoch = $2 AND work IS NOT NULL";

    private const string PostponeSql =
        "UPDATE file_search_documents SET due_at = $3, epoch = epoch + 1, attempts = attempts - $4 WHERE number = $1 AND epoch = $2 AND work IS NOT NULL";

    private const string FindSql = "SELECT store, size_bytes, display_name FROM file_search_documents WHERE number = $1 AND epoch = $2 AND work = $3";

    private const string FailSql = """
        UPDATE file_search_documents SET state = 'failed', failure = $3, work = NULL, epoch = epoch + 1, updated_at = $4 WHERE number = $1 AND epoch = $2 AND work = 'read'
        """;

    private const string AdoptSql =
        "UPDATE file_search_stores SET embedding_model = $1, version = version + 1 WHERE embedding_model IS NOT $1";

    private const string QueueVectorsSql = """
        UPDATE file_search_documents SET work = 'embed', due_at = 0, epoch = epoch + 1, attempts = 0
        WHERE state = 'active' AND work IS NULL AND store IN (SELECT number FROM file_search_stores WHERE embedding_model IS NOT $1)
        """;

    private const string FreeSql =
        "UPDATE file_search_documents SET due_at = 0, epoch = epoch + 1 WHERE work IS NOT NULL AND due_at > 0 AND state <> 'arriving'";

    public async Task<ClaimedDocument?> ClaimAsync(DocumentWork work, TimeSpan ttl, CancellationToken cancellationToken)
    {
        // Mostly there is nothing, and the writer is left alone.
        var claim = (Work: FileSearchRows.WorkName(work), clock.Now, ttl);
        return await readers.ReadAsync(claim, static (session, claim) => session[IsDueSql].Set(1, claim.Work).Set(2, claim.Now).QueryNumber(), cancellationToken) is null
            ? null
            : await writer.RunAsync(claim, Claim, cancellationToken);
    }

    public Task<bool> RenewAsync(DocumentLease lease, TimeSpan ttl, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, Due: clock.Now + ttl),
        static (session, state) => session[RenewSql].Set(1, state.lease.Document).Set(2, state.lease.Epoch).Set(3, state.Due).Execute() == 1,
        cancellationToken);

    public Task<bool> PostponeAsync(DocumentLease lease, TimeSpan pause, bool isCounted, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, Due: clock.Now + pause, isCounted),
        static (session, state) => session[PostponeSql].Set(1, state.lease.Document).Set(2, state.lease.Epoch).Set(3, state.Due).Set(4, !state.isCounted).Execute() == 1,
        cancellationToken);

    public Task<bool> FailAsync(DocumentLease lease, string reason, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, reason, Now: time.GetUtcNow()),
        static (session, state) =>
        {
            if (Find(session, state.lease, "read") is not { } found)
            {
                return false;
            }

            session[FailSql].Set(1, state.lease.Document).Set(2, state.lease.Epoch).Set(3, state.reason).Set(4, state.Now).Execute();
            SqliteFileSearchStores.Touch(session, found.Store, state.Now);
            return true;
        },
        cancellationToken);

    public Task<int> AdoptModelAsync(string model, CancellationToken cancellationToken) => writer.RunAsync(
        model,
        static (session, model) =>
        {
            session[QueueVectorsSql].Set(1, model).Execute();
            return session[AdoptSql].Set(1, model).Execute();
        },
        cancellationToken);

    /// <summary>One process owns the directory: whoever had taken something is dead. Uploads go on where they were.</summary>
    public Task<int> FreeAsync(CancellationToken cancellationToken) => writer.RunAsync(0, static (session, _) => session[FreeSql].Execute(), cancellationToken);

    private static ClaimedDocument? Claim(SqliteSession session, (string Work, DateTimeOffset Now, TimeSpan Ttl) claim)
    {
        using var rows = session[ClaimSql].Set(1, claim.Work).Set(2, claim.Now).Set(3, claim.Now + claim.Ttl).Query();
        var claimed = rows.Read() ? FileSearchRows.ReadClaimed(rows) : null;
        while (claimed is not null && rows.Read())
        {
            // The change is made when the statement has come to its end.
        }

        return claimed;
    }

    private static (long Store, long Bytes, string Title)? Find(SqliteSession session, DocumentLease lease, string work)
    {
        using var rows = session[FindSql].Set(1, lease.Document).Set(2, lease.Epoch).Set(3, work).Query();
        return rows.Read() ? (rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2)) : null;
    }
}
