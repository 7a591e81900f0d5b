using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Stores and documents as their owners see them.</summary>
internal sealed class SqliteFileSearchStores(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : IFileSearchStores
{
    private const string InsertSql = """
        INSERT INTO file_search_stores (project, id, display_name, embedding_model, version, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $6)
        """;

    private const string GetSql = $"""
        SELECT {FileSearchRows.Store} FROM file_search_stores s LEFT JOIN file_search_documents d ON d.store = s.number
        WHERE s.project = $1 AND s.id = $2 GROUP BY s.number
        """;

    private const string ListSql = $"""
        SELECT {FileSearchRows.Store}
        FROM (SELECT * FROM file_search_stores WHERE project = $1 AND number > $2 ORDER BY number LIMIT $3) s LEFT JOIN file_search_documents d ON d.store = s.number
        GROUP BY s.number ORDER BY s.number
        """;

    private const string FindSql = "SELECT number FROM file_search_stores WHERE project = $1 AND id = $2";

    private const string HasDocumentsSql = "SELECT 1 FROM file_search_documents WHERE store = $1 AND state IN ('active', 'pending', 'failed') LIMIT 1";

    private const string DeleteDocumentsSql =
        "UPDATE file_search_documents SET state = 'deleted', work = 'erase', due_at = 0, epoch = epoch + 1, attempts = 0 WHERE store = $1 AND state <> 'deleted'";

    private const string DeleteSql = "DELETE FROM file_search_stores WHERE number = $1";

    private const string GetDocumentSql = $"""
        SELECT {FileSearchRows.Document} FROM file_search_documents d
        WHERE d.store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND d.id = $3 AND d.state IN ('active', 'pending', 'failed')
        """;

    private const string ListDocumentsSql = $"""
        SELECT {FileSearchRows.Document} FROM file_search_documents d
        WHERE d.store = $1 AND d.number > $2 AND d.state IN ('active', 'pending', 'failed') ORDER BY d.number LIMIT $3
        """;

    private const string FindDocumentSql = """
        SELECT number, store, chunks FROM file_search_documents
        WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state IN ('active', 'pending', 'failed')
        """;

    private const string DeleteDocumentSql =
        "UPDATE file_search_documents SET state = 'deleted', work = 'erase', due_at = 0, epoch = epoch + 1, attempts = 0 WHERE number = $1";

    private const string TouchSql = "UPDATE file_search_stores SET version = version + 1, updated_at = $2 WHERE number = $1";

    /// <summary>Notes that what can be found in a store has changed.</summary>
    public static void Touch(SqliteSession session, long store, DateTimeOffset now) => session[TouchSql].Set(1, store).Set(2, now).Execute();

    public Task InsertAsync(FileSearchStore store, CancellationToken cancellationToken) => writer.RunAsync(
        store,
        static (session, store) => session[InsertSql].Set(1, store.Project).Set(2, store.Id).Set(3, store.DisplayName).Set(4, store.EmbeddingModel)
            .Set(5, store.Created).Set(6, store.Updated).Execute(),
        cancellationToken);

    public Task<FileSearchStore?> GetAsync(string project, string id, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, id),
        static (session, key) =>
        {
            using var rows = session[GetSql].Set(1, key.project).Set(2, key.id).Query();
            return rows.Read() ? FileSearchRows.ReadStore(rows) : null;
        },
        cancellationToken);

    public Task<IReadOnlyList<FileSearchStore>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, after, limit),
        static IReadOnlyList<FileSearchStore> (session, page) =>
        {
            using var rows = session[ListSql].Set(1, page.project).Set(2, page.after).Set(3, page.limit).Query();
            var stores = new List<FileSearchStore>();
            while (rows.Read())
            {
                stores.Add(FileSearchRows.ReadStore(rows));
            }

            return stores;
        },
        cancellationToken);

    public Task<Removal> DeleteAsync(string project, string id, bool force, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id, force),
        static (session, key) =>
        {
            if (session[FindSql].Set(1, key.project).Set(2, key.id).QueryNumber() is not { } number)
            {
                return Removal.NotFound;
            }

            if (!key.force && session[HasDocumentsSql].Set(1, number).QueryNumber() is not null)
            {
                return Removal.NotEmpty;
            }

            session[DeleteDocumentsSql].Set(1, number).Execute();
            session[DeleteSql].Set(1, number).Execute();
            return Removal.Done;
        },
        cancellationToken);

    public Task<FileSearchDocument?> GetDocumentAsync(string project, string store, string id, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, store, id),
        static (session, key) =>
        {
            using var rows = session[GetDocumentSql].Set(1, key.project).Set(2, key.store).Set(3, key.id).Query();
            return rows.Read() ? FileSearchRows.ReadDocument(rows) : null;
        },
        cancellationToken);

    public Task<IReadOnlyList<FileSearchDocument>?> ListDocumentsAsync(string project, string store, long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, store, after, limit),
        static IReadOnlyList<FileSearchDocument>? (session, page) =>
        {
            if (session[FindSql].Set(1, page.project).Set(2, page.store).QueryNumber() is not { } number)
            {
                return null;
            }

            using var rows = session[ListDocumentsSql].Set(1, number).Set(2, page.after).Set(3, page.limit).Query();
            var documents = new List<FileSearchDocument>();
            while (rows.Read())
            {
                documents.Add(FileSearchRows.ReadDocument(rows));
            }

            return documents;
        },
        cancellationToken);

    public Task<Removal> DeleteDocumentAsync(string project, string store, string id, bool force, CancellationToken cancellationToken) => writer.RunAsync(
        (project, store, id, force, Now: time.GetUtcNow()),
        static (session, key) =>
        {
            long number, storeNumber;
            using (var rows = session[FindDocumentSql].Set(1, key.project).Set(2, key.store).Set(3, key.id).Query())
            {
                if (!rows.Read())
                {
                    return Removal.NotFound;
                }

                if (!key.force && rows.GetInt64(2) > 0)
                {
                    return Removal.NotEmpty;
                }

                (number, storeNumber) = (rows.GetInt64(0), rows.GetInt64(1));
            }

            session[DeleteDocumentSql].Set(1, number).Execute();
            Touch(session, storeNumber, key.Now);
            return Removal.Done;
        },
        cancellationToken);
}
