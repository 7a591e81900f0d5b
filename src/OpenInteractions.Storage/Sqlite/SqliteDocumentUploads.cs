using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Documents whose bytes still come. Each is due to be erased, and later with each of its parts.</summary>
internal sealed class SqliteDocumentUploads(SqliteWriter writer, SqliteReaders readers, OwnClock clock, TimeProvider time) : IDocumentUploads
{
    private const string FindStoreSql = "SELECT number FROM file_search_stores WHERE project = $1 AND id = $2";

    private const string CountSql = "SELECT count(*) FROM file_search_documents WHERE project = $1 AND state IN ('arriving', 'pending')";

    private const string InsertSql = """
        INSERT INTO file_search_documents (store, project, id, display_name, mime_type, size_bytes, state, metadata, max_tokens, overlap, chunks, terms,
            created_at, updated_at, work, due_at, epoch, attempts)
        VALUES ($1, $2, $3, $4, $5, 0, 'arriving', $6, $7, $8, 0, 0, $9, $9, 'erase', $10, 1, 0)
        """;

    private const string FindSql = """
        SELECT number, size_bytes, store FROM file_search_documents
        WHERE store = (SELECT number FROM file_search_stores WHERE project = $1 AND id = $2) AND id = $3 AND state = 'arriving'
        """;

    private const string InsertPartSql = "INSERT INTO file_search_parts (document, start, bytes) VALUES ($1, $2, $3)";

    private const string GrowSql = "UPDATE file_search_documents SET size_bytes = $2, due_at = $3, epoch = epoch + 1 WHERE number = $1";

    private const string FinishSql = """
        UPDATE file_search_documents SET state = 'pending', work = 'read', due_at = 0, epoch = epoch + 1, attempts = 0, updated_at = $2 WHERE number = $1
        """;

    private const string GetSql = $"SELECT {FileSearchRows.Document} FROM file_search_documents d WHERE d.number = $1";

    private const string CancelSql = "UPDATE file_search_documents SET state = 'deleted', due_at = 0, epoch = epoch + 1 WHERE number = $1";

    public Task<UploadStart> BeginAsync(NewDocument document, int most, TimeSpan lifetime, CancellationToken cancellationToken) => writer.RunAsync(
        (document, most, Due: clock.Now + lifetime),
        static (session, state) =>
        {
            var document = state.document;
            if (session[FindStoreSql].Set(1, document.Project).Set(2, document.Store).QueryNumber() is not { } store)
            {
                return UploadStart.NoStore;
            }

            if (session[CountSql].Set(1, document.Project).QueryNumber() >= state.most)
            {
                return UploadStart.TooMany;
            }

            session[InsertSql].Set(1, store).Set(2, document.Project).Set(3, document.Id).Set(4, document.DisplayName).Set(5, document.MimeType)
                .Set(6, MetadataJson.Write(document.Metadata)).Set(7, document.Chunking.MaxTokens).Set(8, document.Chunking.Overlap)
                .Set(9, document.Created).Set(10, state.Due).Execute();
            return UploadStart.Begun;
        },
        cancellationToken);

    public Task<long?> FindAsync(UploadKey upload, CancellationToken cancellationToken) =>
        readers.ReadAsync(upload, static (session, upload) => Find(session, upload)?.Received, cancellationToken);

    public Task<bool> AppendAsync(UploadKey upload, long start, ReadOnlyMemory<byte> bytes, TimeSpan lifetime, CancellationToken cancellationToken) => writer.RunAsync(
        (upload, start, bytes, Due: clock.Now + lifetime),
        static (session, state) =>
        {
            if (Find(session, state.upload) is not { } found || found.Received != state.start)
            {
                return false;
            }

            session[InsertPartSql].Set(1, found.Number).Set(2, state.start).SetBlob(3, state.bytes).Execute();
            session[GrowSql].Set(1, found.Number).Set(2, state.start + state.bytes.Length).Set(3, state.Due).Execute();
            return true;
        },
        CancellationToken.None); // the bytes are the caller's buffer: it must not be used again before the change is made

    public Task<FileSearchDocument?> FinishAsync(UploadKey upload, long length, CancellationToken cancellationToken) => writer.RunAsync(
        (upload, length, Now: time.GetUtcNow()),
        static (session, state) =>
        {
            if (Find(session, state.upload) is not { } found || found.Received != state.length)
            {
                return null;
            }

            session[FinishSql].Set(1, found.Number).Set(2, state.Now).Execute();
            SqliteFileSearchStores.Touch(session, found.Store, state.Now);
            using var rows = session[GetSql].Set(1, found.Number).Query();
            return rows.Read() ? FileSearchRows.ReadDocument(rows) : null;
        },
        cancellationToken);

    public Task<bool> CancelAsync(UploadKey upload, CancellationToken cancellationToken) => writer.RunAsync(
        upload,
        static (session, upload) => Find(session, upload) is { } found && session[CancelSql].Set(1, found.Number).Execute() == 1,
        cancellationToken);

    private static (long Number, long Received, long Store)? Find(SqliteSession session, UploadKey upload)
    {
        using var rows = session[FindSql].Set(1, upload.Project).Set(2, upload.Store).Set(3, upload.Document).Query();
        return rows.Read() ? (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2)) : null;
    }
}
