using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Stores and documents as their owners see them.</summary>
internal sealed class PostgresFileSearchStores(PostgresDatabase database) : IFileSearchStores
{
    /// <summary>Notes that what can be found in a store, <c>$1</c>, has changed.</summary>
    public const string TouchSql = "UPDATE file_search_stores SET version = version + 1, updated_at = oi_now() WHERE number = $1";

    private const string InsertSql =
        "INSERT INTO file_search_stores (project, id, display_name, embedding_model, version, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $6)";

    private const string ListSql = $"""
        SELECT {FileSearchRows.Store}
        FROM (SELECT * FROM file_search_stores WHERE project = $1 AND number > $2 ORDER BY number LIMIT $3) s LEFT JOIN file_search_documents d ON d.store = s.number
        GROUP BY s.number, s.project, s.id, s.display_name, s.embedding_model, s.created_at, s.updated_at ORDER BY s.number
        """;

    // Whoever adds a document holds the store's row, too: none is added to one that goes.
    private const string LockSql = "SELECT number FROM file_search_stores WHERE project = $1 AND id = $2 FOR UPDATE";

    private const string HasDocumentsSql = "SELECT 1 FROM file_search_documents WHERE store = $1 AND state IN ('active', 'pending', 'failed') LIMIT 1";

    private const string DeleteDocumentsSql =
        "UPDATE file_search_documents SET state = 'deleted', work = 'erase', due_at = 0, epoch = epoch + 1, attempts = 0 WHERE store = $1 AND state <> 'deleted'";

    private const string DeleteSql = "DELETE FROM file_search_stores WHERE number = $1";

    private const string FindSql = "SELECT number FROM file_search_stores WHERE project = $1 AND id = $2";

    private const string ListDocumentsSql = $"""
        SELECT {FileSearchRows.Document} FROM file_search_documents d
        WHERE d.store = $1 AND d.number > $2 AND d.state IN ('active', 'pending', 'failed') ORDER BY d.number LIMIT $3
        """;

    private const string LockDocumentSql = """
        SELECT number, store, chunks FROM file_search_documents
        WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state IN ('active', 'pending', 'failed') FOR UPDATE
        """;

    private const string DeleteDocumentSql =
        "UPDATE file_search_documents SET state = 'deleted', work = 'erase', due_at = 0, epoch = epoch + 1, attempts = 0 WHERE number = $1";

    private static readonly RowQuery<(string Project, string Id), FileSearchStore> Whole = new(
        $"""
        SELECT {FileSearchRows.Store} FROM file_search_stores s LEFT JOIN file_search_documents d ON d.store = s.number
        WHERE s.project = $1 AND s.id = $2 GROUP BY s.number
        """,
        static (command, key) => command.Text(key.Project).Text(key.Id),
        static row => FileSearchRows.ReadStore(row));

    private static readonly RowQuery<(string Project, string Store, string Id), FileSearchDocument> Document = new(
        $"""
        SELECT {FileSearchRows.Document} FROM file_search_documents d
        WHERE d.store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND d.id = $3 AND d.state IN ('active', 'pending', 'failed')
        """,
        static (command, key) => command.Text(key.Project).Text(key.Store).Text(key.Id),
        static row => FileSearchRows.ReadDocument(row));

    public Task InsertAsync(FileSearchStore store, CancellationToken cancellationToken) => database.WriteAsync(
        store,
        static async (connection, store, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(InsertSql).Text(store.Project).Text(store.Id).Text(store.DisplayName).Text(store.EmbeddingModel)
                .Long(store.Created.ToUnixTimeMilliseconds()).Long(store.Updated.ToUnixTimeMilliseconds());
            return await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<FileSearchStore?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(Whole, (project, id), cancellationToken);

    public Task<IReadOnlyList<FileSearchStore>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        (project, after, limit),
        static async Task<IReadOnlyList<FileSearchStore>> (connection, page, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(ListSql).Text(page.project).Long(page.after).Integer(page.limit);
            return await batch.ReadAllAsync(FileSearchRows.ReadStore, cancellationToken);
        },
        cancellationToken);

    public Task<Removal> DeleteAsync(string project, string id, bool force, CancellationToken cancellationToken) => database.WriteAsync(
        (project, id, force),
        static async (connection, key, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var find = connection.CreateBatch();
            find.Add(LockSql).Text(key.project).Text(key.id);
            if (await find.ExecuteScalarAsync(cancellationToken) is not long number)
            {
                return Removal.NotFound;
            }

            await using var look = connection.CreateBatch();
            look.Add(HasDocumentsSql).Long(number);
            if (!key.force && await look.ExecuteScalarAsync(cancellationToken) is not null)
            {
                return Removal.NotEmpty;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(DeleteDocumentsSql).Long(number);
            batch.Add(DeleteSql).Long(number);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return Removal.Done;
        },
        cancellationToken);

    public Task<FileSearchDocument?> GetDocumentAsync(string project, string store, string id, CancellationToken cancellationToken) =>
        database.ReadRowAsync(Document, (project, store, id), cancellationToken);

    public Task<IReadOnlyList<FileSearchDocument>?> ListDocumentsAsync(string project, string store, long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        (project, store, after, limit),
        static async Task<IReadOnlyList<FileSearchDocument>?> (connection, page, cancellationToken) =>
        {
            await using var find = connection.CreateBatch();
            find.Add(FindSql).Text(page.project).Text(page.store);
            if (await find.ExecuteScalarAsync(cancellationToken) is not long number)
            {
                return null;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(ListDocumentsSql).Long(number).Long(page.after).Integer(page.limit);
            return await batch.ReadAllAsync(FileSearchRows.ReadDocument, cancellationToken);
        },
        cancellationToken);

    public Task<Removal> DeleteDocumentAsync(string project, string store, string id, bool force, CancellationToken cancellationToken) => database.WriteAsync(
        (project, store, id, force),
        static async (connection, key, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var find = connection.CreateBatch();
            find.Add(LockDocumentSql).Text(key.project).Text(key.store).Text(key.id);
            var found = await find.ReadAllAsync(static row => (Number: row.GetInt64(0), Store: row.GetInt64(1), Chunks: row.GetInt64(2)), cancellationToken);
            if (found is not [var document])
            {
                return Removal.NotFound;
            }

            if (!key.force && document.Chunks > 0)
            {
                return Removal.NotEmpty;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(DeleteDocumentSql).Long(document.Number);
            batch.Add(TouchSql).Long(document.Store);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return Removal.Done;
        },
        cancellationToken);
}
