using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Documents whose bytes still come, to any node. Each is due to be erased, and later with each of its parts.</summary>
internal sealed class PostgresDocumentUploads(PostgresDatabase database) : IDocumentUploads
{
    // Uploads of a project begin one after the other, so that the bound on them holds; a store that is about to go takes no more.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('file_search/' || $1, 0))";

    private const string FindStoreSql = "SELECT number FROM file_search_stores WHERE project = $1 AND id = $2 FOR SHARE";

    private const string CountSql = "SELECT count(*) FROM file_search_documents WHERE project = $1 AND state IN ('arriving', 'pending')";

    private const string InsertSql = """
        INSERT INTO file_search_documents (store, project, id, display_name, mime_type, size_bytes, state, metadata, max_tokens, overlap, chunks, terms,
            created_at, updated_at, work, due_at, epoch, attempts)
        VALUES ($1, $2, $3, $4, $5, 0, 'arriving', $6, $7, $8, 0, 0, $9, $9, 'erase', oi_now() + $10, 1, 0)
        """;

    private const string FindSql = """
        SELECT number, size_bytes, store FROM file_search_documents
        WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state = 'arriving'
        """;

    private const string AppendSql = """
        WITH grown AS (
            UPDATE file_search_documents SET size_bytes = $4 + octet_length($5), due_at = oi_now() + $6, epoch = epoch + 1
            WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state = 'arriving' AND size_bytes = $4
            RETURNING number)
        INSERT INTO file_search_parts (document, start, bytes) SELECT number, $4, $5 FROM grown
        """;

    private const string FinishSql = $"""
        WITH finished AS (
            UPDATE file_search_documents SET state = 'pending', work = 'read', due_at = 0, epoch = epoch + 1, attempts = 0, updated_at = oi_now()
            WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state = 'arriving' AND size_bytes = $4
            RETURNING *),
        touched AS (
            UPDATE file_search_stores SET version = version + 1, updated_at = oi_now() WHERE number = (SELECT store FROM finished))
        SELECT {FileSearchRows.Document} FROM finished d
        """;

    private const string CancelSql = """
        UPDATE file_search_documents SET state = 'deleted', due_at = 0, epoch = epoch + 1
        WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state = 'arriving'
        """;

    public Task<UploadStart> BeginAsync(NewDocument document, int most, TimeSpan lifetime, CancellationToken cancellationToken) => database.WriteAsync(
        (document, most, lifetime),
        static async (connection, state, cancellationToken) =>
        {
            var document = state.document;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var locking = connection.CreateBatch();
            locking.Add(LockSql).Text(document.Project);
            await locking.ExecuteNonQueryAsync(cancellationToken);
            await using var find = connection.CreateBatch();
            find.Add(FindStoreSql).Text(document.Project).Text(document.Store);
            if (await find.ExecuteScalarAsync(cancellationToken) is not long store)
            {
                return UploadStart.NoStore;
            }

            await using var count = connection.CreateBatch();
            count.Add(CountSql).Text(document.Project);
            if (await count.ExecuteScalarAsync(cancellationToken) is long unread && unread >= state.most)
            {
                return UploadStart.TooMany;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(InsertSql).Long(store).Text(document.Project).Text(document.Id).Text(document.DisplayName).Text(document.MimeType)
                .Bytes(MetadataJson.Write(document.Metadata)).Integer(document.Chunking.MaxTokens).Integer(document.Chunking.Overlap)
                .Long(document.Created.ToUnixTimeMilliseconds()).Milliseconds(state.lifetime);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return UploadStart.Begun;
        },
        cancellationToken);

    public Task<long?> FindAsync(UploadKey upload, CancellationToken cancellationToken) => database.ReadAsync(
        upload,
        static async Task<long?> (connection, upload, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(FindSql).Upload(upload);
            return await batch.ReadAllAsync(static row => row.GetInt64(1), cancellationToken) is [var received] ? received : null;
        },
        cancellationToken);

    public Task<bool> AppendAsync(UploadKey upload, long start, ReadOnlyMemory<byte> bytes, TimeSpan lifetime, CancellationToken cancellationToken) => database.WriteAsync(
        (upload, start, bytes, lifetime),
        static async (connection, state, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            var append = batch.Add(AppendSql).Upload(state.upload).Long(state.start).Bytes(state.bytes).Milliseconds(state.lifetime);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return append.Rows == 1;
        },
        CancellationToken.None); // the bytes are the caller's buffer: it must not be used again before the change is made

    public Task<FileSearchDocument?> FinishAsync(UploadKey upload, long length, CancellationToken cancellationToken) => database.WriteAsync(
        (upload, length),
        static async (connection, state, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(FinishSql).Upload(state.upload).Long(state.length);
            return await batch.ReadAllAsync(FileSearchRows.ReadDocument, cancellationToken) is [var document] ? document : null;
        },
        cancellationToken);

    public Task<bool> CancelAsync(UploadKey upload, CancellationToken cancellationToken) => database.WriteAsync(
        upload,
        static async (connection, upload, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(CancelSql).Upload(upload);
            return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
        },
        cancellationToken);
}
