namespace OpenInteractions.Engine.FileSearch;

/// <summary>Where the pieces of documents are found that <c>file_search</c> looks through (wire 9, 22). Everything is of one project.</summary>
public interface IChunkIndex
{
    /// <summary>Those of the named stores that are there, with what tells whether they have changed.</summary>
    /// <param name="project">The project.</param>
    /// <param name="names">Names of stores, <c>fileSearchStores/…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<IndexedStore>> FindStoresAsync(string project, IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>The documents of a store that can be searched.</summary>
    /// <param name="project">The project.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<IndexedDocument>> ReadDocumentsAsync(string project, string store, CancellationToken cancellationToken);

    /// <summary>Pieces that have words of a query, best first.</summary>
    /// <param name="search">What is searched.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ChunkHit>> SearchTextAsync(ChunkSearch search, CancellationToken cancellationToken);

    /// <summary>The vectors of all pieces of a store that were made with a model, in the order of their ids.</summary>
    /// <param name="project">The project.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="model">The embedding model, as <c>provider/model</c>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    IAsyncEnumerable<ChunkVector> ReadVectorsAsync(string project, string store, string model, CancellationToken cancellationToken);

    /// <summary>Pieces by their ids; what is gone is left out.</summary>
    /// <param name="project">The project.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Chunk>> ReadChunksAsync(string project, IReadOnlyList<long> ids, CancellationToken cancellationToken);
}

/// <summary>A store.</summary>
/// <param name="Name"><c>fileSearchStores/…</c>.</param>
/// <param name="Version">Another number after every change of its documents: what was read of it may be kept until then.</param>
/// <param name="Model">The model that its vectors are made with, as <c>provider/model</c>; null when it has none.</param>
public sealed record IndexedStore(string Name, long Version, string? Model);

/// <summary>A document that can be searched.</summary>
/// <param name="Id">Its number, for <see cref="ChunkSearch.Documents"/>.</param>
/// <param name="Name"><c>fileSearchStores/…/documents/…</c>.</param>
/// <param name="Metadata">What its owner said of it.</param>
public sealed record IndexedDocument(long Id, string Name, IReadOnlyList<CustomMetadata> Metadata);

/// <summary>Something that a document's owner said of it: one of the three values.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Text">A text, or null.</param>
/// <param name="Texts">Several texts, or null.</param>
/// <param name="Number">A number, or null.</param>
public sealed record CustomMetadata(string Key, string? Text = null, IReadOnlyList<string>? Texts = null, double? Number = null);

/// <summary>A search for words.</summary>
public sealed record ChunkSearch
{
    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The stores' names.</summary>
    public required IReadOnlyList<string> Stores { get; init; }

    /// <summary>The query, as somebody typed it. Any of its words will do; pieces with more and rarer ones come first.</summary>
    public required string Query { get; init; }

    /// <summary>The documents that come into question; null for all.</summary>
    public IReadOnlyCollection<long>? Documents { get; init; }

    /// <summary>Most hits.</summary>
    public required int Limit { get; init; }
}

/// <summary>A piece that was found.</summary>
/// <param name="Id">The piece.</param>
/// <param name="Document">Its document.</param>
/// <param name="Score">Larger is better; comparable within one answer only.</param>
public sealed record ChunkHit(long Id, long Document, double Score);

/// <summary>The vector of a piece, of length 1.</summary>
/// <param name="Id">The piece.</param>
/// <param name="Document">Its document.</param>
/// <param name="Vector">The vector.</param>
public readonly record struct ChunkVector(long Id, long Document, ReadOnlyMemory<float> Vector);

/// <summary>A piece of a document.</summary>
public sealed record Chunk
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Its document's number.</summary>
    public required long Document { get; init; }

    /// <summary>Its document's name, <c>fileSearchStores/…/documents/…</c>.</summary>
    public required string DocumentName { get; init; }

    /// <summary>What the document is called, such as <c>handbook.pdf</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Its store.</summary>
    public required string Store { get; init; }

    /// <summary>Its place among the pieces of the document, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The page on which it begins, from 1; null where the document has no pages.</summary>
    public int? Page { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>What the document's owner said of it.</summary>
    public required IReadOnlyList<CustomMetadata> Metadata { get; init; }
}
