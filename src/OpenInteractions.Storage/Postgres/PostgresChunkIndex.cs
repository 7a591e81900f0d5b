using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Finds pieces by their words. Every word of the index belongs to one store: how rare it is, which is what pieces are ranked by, is told by the stores of the search
/// alone. The database's own ranks know nothing of rarity; from them only the frequency of a word in a piece is taken.
/// </summary>
internal sealed class PostgresChunkIndex(PostgresDatabase database) : IChunkIndex
{
    private const string FindStoresSql = "SELECT number, id, version, embedding_model FROM file_search_stores WHERE project = $1 AND id = ANY ($2)";

    private const string DocumentsSql = """
        SELECT d.number, d.id, d.metadata FROM file_search_stores s JOIN file_search_documents d ON d.store = s.number
        WHERE s.project = $1 AND s.id = $2 AND d.state = 'active' ORDER BY d.number
        """;

    private static readonly string SearchSql = string.Create(CultureInfo.InvariantCulture, $"""
        WITH totals AS (
            SELECT greatest(1, sum(chunks))::double precision AS chunks, (greatest(1, sum(terms)) / greatest(1, sum(chunks)))::double precision AS length
            FROM file_search_documents WHERE store = ANY ($1) AND state = 'active'),
        places AS (
            SELECT c.number, c.document, c.length, oi_frequency(ts_rank('{"{1,1,1,1}"}', c.words, t.query)) AS frequency, count(*) OVER (PARTITION BY t.term) AS pieces
            FROM (SELECT term, query::tsquery AS query FROM unnest($2::integer[], $3::text[]) AS q (term, query)) t
            JOIN file_search_chunks c ON c.words @@ t.query
            JOIN file_search_documents d ON d.number = c.document AND d.store = ANY ($1) AND d.state = 'active')
        SELECT p.number, p.document, sum(
            ln(1 + (greatest(t.chunks, p.pieces) - p.pieces + 0.5) / (p.pieces + 0.5))
            * p.frequency * ({FileSearchRows.K1} + 1) / (p.frequency + {FileSearchRows.K1} * (1 - {FileSearchRows.B} + {FileSearchRows.B} * p.length / t.length)))::double precision AS score
        FROM places p CROSS JOIN totals t WHERE $4::bigint[] IS NULL OR p.document = ANY ($4)
        GROUP BY p.number, p.document ORDER BY score DESC, p.number LIMIT $5
        """);

    private const string VectorsSql = """
        SELECT v.chunk, v.document, v.vector
        FROM file_search_stores s JOIN file_search_vectors v ON v.store = s.number JOIN file_search_documents d ON d.number = v.document
        WHERE s.project = $1 AND s.id = $2 AND v.chunk > $3 AND v.model = $4 AND d.state = 'active' ORDER BY v.chunk LIMIT $5
        """;

    private const string ChunksSql = $"""
        SELECT {FileSearchRows.Chunk} FROM file_search_chunks c JOIN file_search_documents d ON d.number = c.document JOIN file_search_stores s ON s.number = d.store
        WHERE c.number = ANY ($1) AND s.project = $2 AND d.state = 'active'
        """;

    public async Task<IReadOnlyList<IndexedStore>> FindStoresAsync(string project, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        [.. (await FindAsync(project, names, cancellationToken)).Select(found => found.Store)];

    public Task<IReadOnlyList<IndexedDocument>> ReadDocumentsAsync(string project, string store, CancellationToken cancellationToken) => database.ReadAsync(
        (project, store),
        static async Task<IReadOnlyList<IndexedDocument>> (connection, state, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(DocumentsSql).Text(state.project).Text(ResourceNames.StoreId(state.store) ?? "");
            return await batch.ReadAllAsync(
                row => new IndexedDocument(row.GetInt64(0), $"{state.store}/documents/{row.GetString(1)}", MetadataJson.Read(row.GetBytes(2))), cancellationToken);
        },
        cancellationToken);

    public async Task<IReadOnlyList<ChunkHit>> SearchTextAsync(ChunkSearch search, CancellationToken cancellationToken)
    {
        var stores = (await FindAsync(search.Project, [.. search.Stores.Distinct(StringComparer.Ordinal)], cancellationToken)).Select(found => found.Number).ToList();
        var terms = TextTerms.OfQuery(search.Query, FileSearchRows.MostTerms);
        var queries = terms.SelectMany((term, at) => stores.Select(store => (At: at, Query: $"'{FileSearchRows.TermOf(store, term)}'{(TextTerms.IsBeginning(term) ? ":*" : "")}"))).ToList();
        return queries.Count == 0 ? [] : await database.ReadAsync(
            (stores, queries, search),
            static async Task<IReadOnlyList<ChunkHit>> (connection, state, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(SearchSql).Longs(state.stores, s => s).Integers(state.queries, q => q.At).Texts(state.queries, q => q.Query)
                    .OptionalLongs(state.search.Documents).Integer(state.search.Limit);
                return await batch.ReadAllAsync(static row => new ChunkHit(row.GetInt64(0), row.GetInt64(1), row.GetDouble(2)), cancellationToken);
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<ChunkVector> ReadVectorsAsync(string project, string store, string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, isEnd) = (0L, false);
        while (!isEnd)
        {
            var page = await database.ReadAsync(
                (project, Store: ResourceNames.StoreId(store) ?? "", after, model),
                static async (connection, state, cancellationToken) =>
                {
                    await using var batch = connection.CreateBatch();
                    batch.Add(VectorsSql).Text(state.project).Text(state.Store).Long(state.after).Text(state.model).Integer(FileSearchRows.VectorPage);
                    return await batch.ReadAllAsync(FileSearchRows.ReadVector, cancellationToken);
                },
                cancellationToken);
            foreach (var vector in page)
            {
                yield return vector;
            }

            isEnd = page.Count < FileSearchRows.VectorPage;
            after = isEnd ? after : page[^1].Id;
        }
    }

    public async Task<IReadOnlyList<Chunk>> ReadChunksAsync(string project, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var chunks = await database.ReadAsync(
            (project, ids),
            static async (connection, state, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(ChunksSql).Longs(state.ids, id => id).Text(state.project);
                return await batch.ReadAllAsync(FileSearchRows.ReadChunk, cancellationToken);
            },
            cancellationToken);
        var byId = chunks.ToDictionary(chunk => chunk.Id);
        return [.. ids.Select(id => byId.GetValueOrDefault(id)).OfType<Chunk>()];
    }

    private Task<List<(long Number, IndexedStore Store)>> FindAsync(string project, IReadOnlyList<string> names, CancellationToken cancellationToken) => database.ReadAsync(
        (project, names),
        static async (connection, state, cancellationToken) =>
        {
            var ids = state.names.Select(ResourceNames.StoreId).OfType<string>().ToList();
            await using var batch = connection.CreateBatch();
            batch.Add(FindStoresSql).Text(state.project).Texts(ids, id => id);
            var found = await batch.ReadAllAsync(
                static row => (Number: row.GetInt64(0), Store: new IndexedStore(ResourceNames.OfStore(row.GetString(1)), row.GetInt64(2), Rows.ReadText(row, 3))), cancellationToken);
            return found.OrderBy(f => state.names.Index().First(n => n.Item == f.Store.Name).Index).ToList();
        },
        cancellationToken);
}
