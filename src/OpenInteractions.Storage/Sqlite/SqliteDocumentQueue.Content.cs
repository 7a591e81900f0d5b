using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

// What documents hold: their bytes, then their pieces, then the vectors of these.
internal sealed partial class SqliteDocumentQueue
{
    private const int PartsAtATime = 8;

    private const string ReadPartsSql = "SELECT start, bytes FROM file_search_parts WHERE document = $1 AND start >= $2 ORDER BY start LIMIT $3";

    private const string ReplaceChunksSql = "DELETE FROM file_search_chunks WHERE document = $1 AND ordinal >= $2 AND ordinal < $3";

    private const string InsertChunkSql = "INSERT INTO file_search_chunks (document, ordinal, page, length, terms, text) VALUES ($1, $2, $3, $4, $5, $6)";

    private const string ActivateSql = """
        UPDATE file_search_documents SET state = 'active', updated_at = $3, epoch = epoch + 1, attempts = 0, due_at = 0,
            work = CASE WHEN (SELECT embedding_model FROM file_search_stores WHERE number = store) IS NOT NULL THEN 'embed' END,
            chunks = (SELECT count(*) FROM file_search_chunks WHERE document = $1),
            terms = (SELECT coalesce(sum(length), 0) FROM file_search_chunks WHERE document = $1)
        WHERE number = $1 AND epoch = $2 AND work = 'read'
        """;

    private const string UnembeddedSql = """
        SELECT c.number, c.ordinal, c.text FROM file_search_chunks c
        WHERE c.document = $1 AND c.ordinal > $2 AND NOT EXISTS (
            SELECT 1 FROM file_search_vectors v WHERE v.store = $3 AND v.chunk = c.number AND v.model = (SELECT embedding_model FROM file_search_stores WHERE number = $3))
        ORDER BY c.ordinal LIMIT $4
        """;

    private const string InsertVectorSql = """
        INSERT INTO file_search_vectors (store, chunk, document, model, vector)
        SELECT $1, $2, $3, embedding_model, $4 FROM file_search_stores WHERE number = $1 AND embedding_model IS NOT NULL
        ON CONFLICT (store, chunk) DO UPDATE SET model = excluded.model, vector = excluded.vector
        """;

    private const string FinishVectorsSql =
        "UPDATE file_search_documents SET work = NULL, epoch = epoch + 1, attempts = 0 WHERE number = $1 AND epoch = $2 AND work = 'embed'";

    private const string EraseVectorsSql = """
        DELETE FROM file_search_vectors WHERE store = $1 AND chunk IN (SELECT number FROM file_search_chunks WHERE document = $2 ORDER BY ordinal LIMIT $3)
        """;

    private const string EraseChunksSql =
        "DELETE FROM file_search_chunks WHERE number IN (SELECT number FROM file_search_chunks WHERE document = $1 ORDER BY ordinal LIMIT $2)";

    private const string ErasePartsSql =
        "DELETE FROM file_search_parts WHERE rowid IN (SELECT rowid FROM file_search_parts WHERE document = $1 ORDER BY start LIMIT $2)";

    private const string EraseSql = "DELETE FROM file_search_documents WHERE number = $1";

    private const string FindReadSql =
        "SELECT p.document FROM file_search_parts p JOIN file_search_documents d ON d.number = p.document WHERE d.state IN ('active', 'failed') LIMIT 1";

    public async Task<ReadOnlyMemory<byte>?> ReadContentAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        if (await readers.ReadAsync(lease, static (session, lease) => Find(session, lease, "read"), cancellationToken) is not { } found)
        {
            return null;
        }

        var content = new byte[found.Bytes];
        var read = 0;
        while (read < content.Length)
        {
            var next = await readers.ReadAsync((lease.Document, read, content), ReadParts, cancellationToken);
            if (next == read)
            {
                return null; // it was deleted meanwhile
            }

            read = next;
        }

        return content;
    }

    public Task<bool> AddChunksAsync(DocumentLease lease, int first, IReadOnlyList<NewChunk> chunks, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, first, chunks),
        static (session, state) =>
        {
            if (Find(session, state.lease, "read") is not { } found)
            {
                return false;
            }

            session[ReplaceChunksSql].Set(1, state.lease.Document).Set(2, state.first).Set(3, state.first + state.chunks.Count).Execute();
            for (var i = 0; i < state.chunks.Count; i++)
            {
                var chunk = state.chunks[i];
                var (terms, length) = FileSearchRows.TermsOf(found.Store, found.Title, chunk.Text);
                var insert = session[InsertChunkSql].Set(1, state.lease.Document).Set(2, state.first + i).Set(4, length).Set(5, terms).Set(6, chunk.Text);
                (chunk.Page is { } page ? insert.Set(3, page) : insert.Set(3, (string?)null)).Execute();
            }

            return true;
        },
        cancellationToken);

    public Task<bool> ActivateAsync(DocumentLease lease, int count, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, count, Now: time.GetUtcNow()),
        static (session, state) =>
        {
            if (Find(session, state.lease, "read") is not { } found)
            {
                return false;
            }

            session[ReplaceChunksSql].Set(1, state.lease.Document).Set(2, state.count).Set(3, int.MaxValue).Execute();
            session[ActivateSql].Set(1, state.lease.Document).Set(2, state.lease.Epoch).Set(3, state.Now).Execute();
            SqliteFileSearchStores.Touch(session, found.Store, state.Now);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<UnembeddedChunk>> ReadUnembeddedAsync(DocumentLease lease, int after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (lease, after, limit),
        static IReadOnlyList<UnembeddedChunk> (session, state) =>
        {
            var chunks = new List<UnembeddedChunk>();
            if (Find(session, state.lease, "embed") is { } found)
            {
                using var rows = session[UnembeddedSql].Set(1, state.lease.Document).Set(2, state.after).Set(3, found.Store).Set(4, state.limit).Query();
                while (rows.Read())
                {
                    chunks.Add(new UnembeddedChunk(rows.GetInt64(0), rows.GetInt32(1), found.Title, rows.GetString(2)));
                }
            }

            return chunks;
        },
        cancellationToken);

    public Task<bool> AddVectorsAsync(DocumentLease lease, IReadOnlyList<(long Chunk, float[] Vector)> vectors, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, vectors),
        static (session, state) =>
        {
            if (Find(session, state.lease, "embed") is not { } found)
            {
                return false;
            }

            foreach (var (chunk, vector) in state.vectors)
            {
                session[InsertVectorSql].Set(1, found.Store).Set(2, chunk).Set(3, state.lease.Document).SetBlob(4, FileSearchRows.WriteVector(vector)).Execute();
            }

            return true;
        },
        cancellationToken);

    public Task<bool> FinishVectorsAsync(DocumentLease lease, CancellationToken cancellationToken) => writer.RunAsync(
        (lease, Now: time.GetUtcNow()),
        static (session, state) =>
        {
            if (Find(session, state.lease, "embed") is not { } found)
            {
                return false;
            }

            session[FinishVectorsSql].Set(1, state.lease.Document).Set(2, state.lease.Epoch).Execute();
            SqliteFileSearchStores.Touch(session, found.Store, state.Now);
            return true;
        },
        cancellationToken);

    public Task<bool> EraseAsync(DocumentLease lease, CancellationToken cancellationToken) => writer.RunAsync(
        lease,
        static (session, lease) =>
        {
            if (Find(session, lease, "erase") is not { } found)
            {
                return false;
            }

            session[EraseVectorsSql].Set(1, found.Store).Set(2, lease.Document).Set(3, FileSearchRows.ErasePortion).Execute();
            var erased = session[EraseChunksSql].Set(1, lease.Document).Set(2, FileSearchRows.ErasePortion).Execute();
            erased += session[ErasePartsSql].Set(1, lease.Document).Set(2, PartsAtATime).Execute();
            if (erased == 0)
            {
                session[EraseSql].Set(1, lease.Document).Execute();
            }

            return erased > 0;
        },
        cancellationToken);

    public Task<bool> DiscardContentAsync(CancellationToken cancellationToken) => writer.RunAsync(
        0,
        static (session, _) =>
            session[FindReadSql].QueryNumber() is { } document && session[ErasePartsSql].Set(1, document).Set(2, PartsAtATime).Execute() > 0,
        cancellationToken);

    private static int ReadParts(SqliteSession session, (long Document, int Start, byte[] Content) state)
    {
        var read = state.Start;
        using var rows = session[ReadPartsSql].Set(1, state.Document).Set(2, (long)read).Set(3, PartsAtATime).Query();
        while (rows.Read() && rows.GetInt64(0) == read)
        {
            read += rows.CopyBytes(1, state.Content.AsSpan(read));
        }

        return read;
    }
}
