using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

// What documents hold: their bytes, then their pieces, then the vectors of these.
internal sealed partial class PostgresDocumentQueue
{
    private const int PartsAtATime = 8;

    private const string SizeSql = "SELECT size_bytes FROM file_search_documents WHERE number = $1 AND epoch = $2 AND work = 'read'";

    private const string ReadPartsSql = "SELECT start, bytes FROM file_search_parts WHERE document = $1 AND start >= $2 ORDER BY start LIMIT $3";

    private const string ReplaceChunksSql = "DELETE FROM file_search_chunks WHERE document = $1 AND ordinal >= $2 AND ordinal < $3";

    private const string InsertChunksSql = """
        INSERT INTO file_search_chunks (document, ordinal, page, length, terms, text)
        SELECT $1, ordinal, nullif(page, 0), length, terms, text
        FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::text[], $6::text[]) AS c (ordinal, page, length, terms, text) ORDER BY ordinal
        """;

    private const string ActivateSql = """
        UPDATE file_search_documents SET state = 'active', updated_at = oi_now(), epoch = epoch + 1, attempts = 0, due_at = 0,
            work = CASE WHEN (SELECT embedding_model FROM file_search_stores s WHERE s.number = store) IS NOT NULL THEN 'embed' END,
            chunks = (SELECT count(*) FROM file_search_chunks WHERE document = $1),
            terms = (SELECT coalesce(sum(length), 0) FROM file_search_chunks WHERE document = $1)
        WHERE number = $1 AND epoch = $2 AND work = 'read'
        """;

    private const string UnembeddedSql = """
        SELECT c.number, c.ordinal, d.display_name, c.text FROM file_search_documents d JOIN file_search_chunks c ON c.document = d.number
        WHERE d.number = $1 AND d.epoch = $2 AND d.work = 'embed' AND c.ordinal > $3 AND NOT EXISTS (
            SELECT 1 FROM file_search_vectors v WHERE v.store = d.store AND v.chunk = c.number
                AND v.model = (SELECT embedding_model FROM file_search_stores s WHERE s.number = d.store))
        ORDER BY c.ordinal LIMIT $4
        """;

    private const string InsertVectorsSql = """
        INSERT INTO file_search_vectors (store, chunk, document, model, vector)
        SELECT $1, v.chunk, $2, s.embedding_model, v.vector FROM unnest($3::bigint[], $4::bytea[]) AS v (chunk, vector), file_search_stores s
        WHERE s.number = $1 AND s.embedding_model IS NOT NULL
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
        "DELETE FROM file_search_parts WHERE document = $1 AND start IN (SELECT start FROM file_search_parts WHERE document = $1 ORDER BY start LIMIT $2)";

    private const string EraseSql = "DELETE FROM file_search_documents WHERE number = $1";

    private const string DiscardSql = """
        DELETE FROM file_search_parts WHERE (document, start) IN (
            SELECT p.document, p.start FROM file_search_parts p JOIN file_search_documents d ON d.number = p.document WHERE d.state IN ('active', 'failed') LIMIT $1)
        """;

    public Task<ReadOnlyMemory<byte>?> ReadContentAsync(DocumentLease lease, CancellationToken cancellationToken) => database.ReadAsync(
        lease,
        static async Task<ReadOnlyMemory<byte>?> (connection, lease, cancellationToken) =>
        {
            await using var size = connection.CreateBatch();
            size.Add(SizeSql).Lease(lease);
            if (await size.ExecuteScalarAsync(cancellationToken) is not long length)
            {
                return null;
            }

            var content = new byte[length];
            var read = 0;
            while (read < content.Length)
            {
                var next = await ReadPartsAsync(connection, lease.Document, read, content, cancellationToken);
                if (next == read)
                {
                    return null; // it was deleted meanwhile
                }

                read = next;
            }

            return content;
        },
        cancellationToken);

    public Task<bool> AddChunksAsync(DocumentLease lease, int first, IReadOnlyList<NewChunk> chunks, CancellationToken cancellationToken) => ChangeAsync(
        lease, "read", (first, chunks),
        static (batch, lease, found, state) =>
        {
            var items = state.chunks.Select((chunk, at) => (Chunk: chunk, Ordinal: state.first + at, Terms: FileSearchRows.TermsOf(found.Store, found.Title, chunk.Text))).ToList();
            batch.Add(ReplaceChunksSql).Long(lease.Document).Integer(state.first).Integer(state.first + items.Count);
            batch.Add(InsertChunksSql).Long(lease.Document).Integers(items, i => i.Ordinal).Integers(items, i => i.Chunk.Page ?? 0)
                .Integers(items, i => i.Terms.Length).Texts(items, i => i.Terms.Terms).Texts(items, i => i.Chunk.Text);
        },
        cancellationToken);

    public Task<bool> ActivateAsync(DocumentLease lease, int count, CancellationToken cancellationToken) => ChangeAsync(
        lease, "read", count,
        static (batch, lease, found, count) =>
        {
            batch.Add(ReplaceChunksSql).Long(lease.Document).Integer(count).Integer(int.MaxValue);
            batch.Add(ActivateSql).Lease(lease);
            batch.Add(PostgresFileSearchStores.TouchSql).Long(found.Store);
        },
        cancellationToken);

    public Task<IReadOnlyList<UnembeddedChunk>> ReadUnembeddedAsync(DocumentLease lease, int after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        (lease, after, limit),
        static async Task<IReadOnlyList<UnembeddedChunk>> (connection, state, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(UnembeddedSql).Lease(state.lease).Integer(state.after).Integer(state.limit);
            return await batch.ReadAllAsync(static row => new UnembeddedChunk(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3)), cancellationToken);
        },
        cancellationToken);

    public Task<bool> AddVectorsAsync(DocumentLease lease, IReadOnlyList<(long Chunk, float[] Vector)> vectors, CancellationToken cancellationToken) => ChangeAsync(
        lease, "embed", vectors,
        static (batch, lease, found, vectors) => batch.Add(InsertVectorsSql).Long(found.Store).Long(lease.Document)
            .Longs(vectors, v => v.Chunk).Blobs(vectors, v => FileSearchRows.WriteVector(v.Vector)),
        cancellationToken);

    public Task<bool> FinishVectorsAsync(DocumentLease lease, CancellationToken cancellationToken) => ChangeAsync(
        lease, "embed", 0,
        static (batch, lease, found, _) =>
        {
            batch.Add(FinishVectorsSql).Lease(lease);
            batch.Add(PostgresFileSearchStores.TouchSql).Long(found.Store);
        },
        cancellationToken);

    public Task<bool> EraseAsync(DocumentLease lease, CancellationToken cancellationToken) => database.WriteAsync(
        lease,
        static async (connection, lease, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await LockAsync(connection, lease, "erase", cancellationToken) is not { } found)
            {
                return false;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(EraseVectorsSql).Long(found.Store).Long(lease.Document).Integer(FileSearchRows.ErasePortion);
            var chunks = batch.Add(EraseChunksSql).Long(lease.Document).Integer(FileSearchRows.ErasePortion);
            var parts = batch.Add(ErasePartsSql).Long(lease.Document).Integer(PartsAtATime);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            var isLeft = chunks.Rows + parts.Rows > 0;
            if (!isLeft)
            {
                await using var last = connection.CreateBatch();
                last.Add(EraseSql).Long(lease.Document);
                await last.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return isLeft;
        },
        cancellationToken);

    public async Task<bool> DiscardContentAsync(CancellationToken cancellationToken) =>
        await database.ExecuteAsync(DiscardSql, PartsAtATime, static (command, most) => command.Integer(most), cancellationToken) > 0;

    private static async Task<int> ReadPartsAsync(NpgsqlConnection connection, long document, int start, byte[] content, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(ReadPartsSql).Long(document).Long(start).Integer(PartsAtATime);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var read = start;
        while (await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) == read)
        {
            read += (int)reader.GetBytes(1, 0, content, read, content.Length - read);
        }

        return read;
    }
}
