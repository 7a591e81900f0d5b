using System.Runtime.CompilerServices;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Stores in memory: what is found by words is what a test says, and what is asked is counted.</summary>
internal sealed class MemoryIndex : IChunkIndex
{
    private readonly Dictionary<string, MemoryStore> _stores = [];
    private long _next = 1;

    /// <summary>How often the vectors of a store were read.</summary>
    public int VectorReads { get; private set; }

    /// <summary>The searches for words.</summary>
    public List<ChunkSearch> Searches { get; } = [];

    /// <summary>Ids that a query finds by its words, best first.</summary>
    public Func<string, IEnumerable<long>> Words { get; set; } = _ => [];

    public MemoryStore AddStore(string name, string? model = null) => _stores[name] = new MemoryStore(name, model);

    public long AddDocument(MemoryStore store, string title, IReadOnlyList<CustomMetadata> metadata, params (string Text, int? Page, float[]? Vector)[] pieces)
    {
        var document = _next++;
        store.Documents.Add(new IndexedDocument(document, $"{store.Name}/documents/d{document}", metadata));
        foreach (var (ordinal, piece) in pieces.Index())
        {
            var id = _next++;
            store.Chunks.Add(new Chunk { Id = id, Document = document, DocumentName = $"{store.Name}/documents/d{document}", Title = title, Store = store.Name, Ordinal = ordinal, Page = piece.Page, Text = piece.Text, Metadata = metadata });
            if (piece.Vector is { } vector)
            {
                store.Vectors.Add(new ChunkVector(id, document, vector));
            }
        }

        store.Version++;
        return document;
    }

    public void Remove(string name) => _stores.Remove(name);

    public Task<IReadOnlyList<IndexedStore>> FindStoresAsync(string project, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<IndexedStore>>([.. names.Where(_stores.ContainsKey).Select(n => new IndexedStore(n, _stores[n].Version, _stores[n].Model))]);

    public Task<IReadOnlyList<IndexedDocument>> ReadDocumentsAsync(string project, string store, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<IndexedDocument>>(_stores[store].Documents);

    public Task<IReadOnlyList<ChunkHit>> SearchTextAsync(ChunkSearch search, CancellationToken cancellationToken)
    {
        Searches.Add(search);
        var chunks = search.Stores.SelectMany(s => _stores[s].Chunks).ToDictionary(c => c.Id);
        return Task.FromResult<IReadOnlyList<ChunkHit>>(
        [
            .. Words(search.Query).Where(chunks.ContainsKey).Select(id => chunks[id]).Where(c => search.Documents?.Contains(c.Document) != false).Take(search.Limit).Select((c, i) => new ChunkHit(c.Id, c.Document, 100 - i)),
        ]);
    }

    public async IAsyncEnumerable<ChunkVector> ReadVectorsAsync(string project, string store, string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VectorReads++;
        await Task.CompletedTask;
        foreach (var vector in _stores[store].Vectors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return vector;
        }
    }

    public Task<IReadOnlyList<Chunk>> ReadChunksAsync(string project, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Chunk>>([.. _stores.Values.SelectMany(s => s.Chunks).Where(c => ids.Contains(c.Id))]);
}

/// <summary>One of them.</summary>
internal sealed class MemoryStore(string name, string? model)
{
    public string Name => name;

    public string? Model => model;

    public long Version { get; set; }

    public List<IndexedDocument> Documents { get; } = [];

    public List<Chunk> Chunks { get; } = [];

    public List<ChunkVector> Vectors { get; } = [];
}
