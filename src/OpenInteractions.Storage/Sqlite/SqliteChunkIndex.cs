using System.Runtime.CompilerServices;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>
/// Finds pieces by their words. Every word of the index belongs to one store: how rare it is, which is what pieces are ranked by, is told by this store alone,
/// whatever else the database holds.
/// </summary>
internal sealed class SqliteChunkIndex(SqliteReaders readers) : IChunkIndex
{
    private const string FindStoreSql = "SELECT number, version, embedding_model FROM file_search_stores WHERE project = $1 AND id = $2";

    private const string DocumentsSql = "SELECT number, id, metadata FROM file_search_documents WHERE store = $1 AND state = 'active' ORDER BY number";

    private const string TotalsSql = "SELECT coalesce(sum(chunks), 0), coalesce(sum(terms), 0) FROM file_search_documents WHERE store = $1 AND state = 'active'";

    // One row for each place of a word; those of a piece follow each other.
    private const string PlacesSql = """
        SELECT p.doc, c.document, c.length FROM file_search_places p
        CROSS JOIN file_search_chunks c ON c.number = p.doc CROSS JOIN file_search_documents d ON d.number = c.document
        WHERE p.term = $1 AND d.store = $2 AND d.state = 'active'
        """;

    private const string BeginningsSql = """
        SELECT p.doc, c.document, c.length FROM file_search_places p
        CROSS JOIN file_search_chunks c ON c.number = p.doc CROSS JOIN file_search_documents d ON d.number = c.document
        WHERE p.term >= $1 AND p.term < $3 AND d.store = $2 AND d.state = 'active'
        """;

    private const string VectorsSql = """
        SELECT v.chunk, v.document, v.vector FROM file_search_vectors v CROSS JOIN file_search_documents d ON d.number = v.document
        WHERE v.store = $1 AND v.chunk > $2 AND v.model = $3 AND d.state = 'active' ORDER BY v.chunk LIMIT $4
        """;

    private const string ChunkSql = $"""
        SELECT {FileSearchRows.Chunk} FROM file_search_chunks c JOIN file_search_documents d ON d.number = c.document JOIN file_search_stores s ON s.number = d.store
        WHERE c.number = $1 AND s.project = $2 AND d.state = 'active'
        """;

    public Task<IReadOnlyList<IndexedStore>> FindStoresAsync(string project, IReadOnlyList<string> names, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, names),
        static IReadOnlyList<IndexedStore> (session, state) => [.. state.names.Select(name => Find(session, state.project, name)).OfType<FoundStore>().Select(s => s.Store)],
        cancellationToken);

    public Task<IReadOnlyList<IndexedDocument>> ReadDocumentsAsync(string project, string store, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, store),
        static IReadOnlyList<IndexedDocument> (session, state) =>
        {
            if (Find(session, state.project, state.store) is not { } found)
            {
                return [];
            }

            using var rows = session[DocumentsSql].Set(1, found.Number).Query();
            var documents = new List<IndexedDocument>();
            while (rows.Read())
            {
                documents.Add(new IndexedDocument(rows.GetInt64(0), $"{found.Store.Name}/documents/{rows.GetString(1)}", MetadataJson.Read(rows.GetBytes(2))));
            }

            return documents;
        },
        cancellationToken);

    public Task<IReadOnlyList<ChunkHit>> SearchTextAsync(ChunkSearch search, CancellationToken cancellationToken) =>
        Task.Run(() => readers.ReadAsync((search, cancellationToken), static (session, state) => Search(session, state.search, state.cancellationToken), cancellationToken), cancellationToken);

    public async IAsyncEnumerable<ChunkVector> ReadVectorsAsync(string project, string store, string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await readers.ReadAsync((project, store), static (session, state) => Find(session, state.project, state.store), cancellationToken);
        var (after, isEnd) = (0L, found is null);
        while (!isEnd)
        {
            var page = await readers.ReadAsync((found!.Number, after, model), ReadVectors, cancellationToken);
            foreach (var vector in page)
            {
                yield return vector;
            }

            isEnd = page.Count < FileSearchRows.VectorPage;
            after = isEnd ? after : page[^1].Id;
        }
    }

    public Task<IReadOnlyList<Chunk>> ReadChunksAsync(string project, IReadOnlyList<long> ids, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, ids),
        static IReadOnlyList<Chunk> (session, state) =>
        {
            var chunks = new List<Chunk>(state.ids.Count);
            foreach (var id in state.ids)
            {
                using var rows = session[ChunkSql].Set(1, id).Set(2, state.project).Query();
                if (rows.Read())
                {
                    chunks.Add(FileSearchRows.ReadChunk(rows));
                }
            }

            return chunks;
        },
        cancellationToken);

    private static IReadOnlyList<ChunkHit> Search(SqliteSession session, ChunkSearch search, CancellationToken cancellationToken)
    {
        var stores = search.Stores.Distinct(StringComparer.Ordinal).Select(name => Find(session, search.Project, name)).OfType<FoundStore>().ToList();
        var (chunks, terms) = (0L, 0L);
        foreach (var store in stores)
        {
            using var rows = session[TotalsSql].Set(1, store.Number).Query();
            rows.Read();
            (chunks, terms) = (chunks + rows.GetInt64(0), terms + rows.GetInt64(1));
        }

        var ranking = new TermRanking(chunks, terms, search.Documents);
        foreach (var term in TextTerms.OfQuery(search.Query, FileSearchRows.MostTerms))
        {
            foreach (var store in stores)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Count(session, store.Number, term, ranking);
            }

            ranking.EndTerm();
        }

        return ranking.Best(search.Limit);
    }

    private static void Count(SqliteSession session, long store, string term, TermRanking ranking)
    {
        var own = FileSearchRows.TermOf(store, term);
        var isBeginning = TextTerms.IsBeginning(term);
        var places = session[isBeginning ? BeginningsSql : PlacesSql].Set(1, own).Set(2, store);
        using var rows = (isBeginning ? places.Set(3, own + "\uffff") : places).Query();
        while (rows.Read())
        {
            ranking.Add(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2));
        }
    }

    private static List<ChunkVector> ReadVectors(SqliteSession session, (long Store, long After, string Model) state)
    {
        using var rows = session[VectorsSql].Set(1, state.Store).Set(2, state.After).Set(3, state.Model).Set(4, (long)FileSearchRows.VectorPage).Query();
        var vectors = new List<ChunkVector>();
        while (rows.Read())
        {
            vectors.Add(FileSearchRows.ReadVector(rows));
        }

        return vectors;
    }

    private static FoundStore? Find(SqliteSession session, string project, string name)
    {
        if (ResourceNames.StoreId(name) is not { } id)
        {
            return null;
        }

        using var rows = session[FindStoreSql].Set(1, project).Set(2, id).Query();
        return rows.Read() ? new FoundStore(rows.GetInt64(0), new IndexedStore(name, rows.GetInt64(1), Rows.ReadText(rows, 2))) : null;
    }

    private sealed record FoundStore(long Number, IndexedStore Store);
}
