namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// What is to be done with documents. A document is taken by one node for a while: until then it is due for nobody else, and the epoch keeps out whoever lost it
/// (behaviour as of runs, design 5).
/// </summary>
public interface IDocumentQueue
{
    /// <summary>Takes the document that is due for longest.</summary>
    /// <param name="work">What for.</param>
    /// <param name="ttl">How long it is taken, unless renewed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ClaimedDocument?> ClaimAsync(DocumentWork work, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Keeps a document taken.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="ttl">How long from now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> RenewAsync(DocumentLease lease, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Gives a document back, to be taken up again later.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="pause">Not before this has passed.</param>
    /// <param name="isCounted">False when nothing went wrong with it: the attempt does not count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> PostponeAsync(DocumentLease lease, TimeSpan pause, bool isCounted, CancellationToken cancellationToken);

    /// <summary>The document's bytes, whole; null when it was lost.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ReadOnlyMemory<byte>?> ReadContentAsync(DocumentLease lease, CancellationToken cancellationToken);

    /// <summary>Keeps pieces, which nobody finds before <see cref="ActivateAsync"/>, in place of those that an earlier attempt has left there.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="first">The place of the first one in the document, from 0.</param>
    /// <param name="chunks">The pieces, a portion that one commit can hold.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> AddChunksAsync(DocumentLease lease, int first, IReadOnlyList<NewChunk> chunks, CancellationToken cancellationToken);

    /// <summary>The document was read: it is found from now on, and waits for its vectors where its store has a model.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="count">How many pieces it has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> ActivateAsync(DocumentLease lease, int count, CancellationToken cancellationToken);

    /// <summary>The document cannot be read.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="reason">Why, for its owner.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> FailAsync(DocumentLease lease, string reason, CancellationToken cancellationToken);

    /// <summary>Pieces of a document that have no vector of its store's model yet, in their order.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="after">The place of the last one that was read before, or -1.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<UnembeddedChunk>> ReadUnembeddedAsync(DocumentLease lease, int after, int limit, CancellationToken cancellationToken);

    /// <summary>Keeps vectors in place of earlier ones.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="vectors">The pieces and their vectors.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> AddVectorsAsync(DocumentLease lease, IReadOnlyList<(long Chunk, float[] Vector)> vectors, CancellationToken cancellationToken);

    /// <summary>The document has all its vectors.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> FinishVectorsAsync(DocumentLease lease, CancellationToken cancellationToken);

    /// <summary>Erases a portion of a document that was deleted or given up, and at last the document.</summary>
    /// <param name="lease">The proof.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether something is left.</returns>
    Task<bool> EraseAsync(DocumentLease lease, CancellationToken cancellationToken);

    /// <summary>Erases a portion of the bytes of documents that were read, or cannot be.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether something may be left.</returns>
    Task<bool> DiscardContentAsync(CancellationToken cancellationToken);

    /// <summary>From now on all stores have their vectors made with this model: documents without such wait for them.</summary>
    /// <param name="model">The model, as <c>provider/model</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many stores had another one, or none.</returns>
    Task<int> AdoptModelAsync(string model, CancellationToken cancellationToken);

    /// <summary>At a start: what an owner who is known to be dead had taken is due now.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<int> FreeAsync(CancellationToken cancellationToken);
}

/// <summary>What is to be done with a document.</summary>
public enum DocumentWork
{
    /// <summary>Its bytes are to be read and cut.</summary>
    Read,

    /// <summary>Its pieces need vectors.</summary>
    Embed,

    /// <summary>It was deleted, or its upload was given up.</summary>
    Erase,
}

/// <summary>Proof that one node has taken one document. Every write carries it.</summary>
/// <param name="Document">The document's number.</param>
/// <param name="Epoch">Grows at each claim, so that a write from an owner that was replaced matches no row.</param>
public readonly record struct DocumentLease(long Document, long Epoch);

/// <summary>A document that was taken.</summary>
public sealed record ClaimedDocument
{
    /// <summary>The proof.</summary>
    public required DocumentLease Lease { get; init; }

    /// <summary>Its media type.</summary>
    public required string MimeType { get; init; }

    /// <summary>How it is cut.</summary>
    public required Chunking Chunking { get; init; }

    /// <summary>How often it was taken for this work, this time included.</summary>
    public required int Attempts { get; init; }

    /// <summary>The model that its store's vectors are made with, or null.</summary>
    public string? EmbeddingModel { get; init; }
}

/// <summary>A piece without a vector.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Ordinal">Its place in the document.</param>
/// <param name="Title">What its document is called.</param>
/// <param name="Text">Its text.</param>
public sealed record UnembeddedChunk(long Id, int Ordinal, string Title, string Text)
{
    /// <summary>What its vector is made of: alone, a piece from the middle does not say what it is about.</summary>
    public string Embedded => $"{Title}\n\n{Text}";
}
