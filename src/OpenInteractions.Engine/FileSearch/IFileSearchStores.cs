namespace OpenInteractions.Engine.FileSearch;

/// <summary>Keeps stores and their documents. Everything is of one project; ids are without their collections.</summary>
public interface IFileSearchStores
{
    /// <summary>Keeps a new store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task InsertAsync(FileSearchStore store, CancellationToken cancellationToken);

    /// <summary>A store, with what its documents add up to; null when there is none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<FileSearchStore?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Stores, the oldest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="after">The number of the last store of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<FileSearchStore>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Takes a store away. What its documents hold is erased in portions afterwards (<see cref="IDocumentQueue"/>).</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The store.</param>
    /// <param name="force">Whether its documents go with it; otherwise it must have none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<Removal> DeleteAsync(string project, string id, bool force, CancellationToken cancellationToken);

    /// <summary>A document; null when there is none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="store">The store.</param>
    /// <param name="id">The document.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<FileSearchDocument?> GetDocumentAsync(string project, string store, string id, CancellationToken cancellationToken);

    /// <summary>Documents, the oldest first; null when there is no such store.</summary>
    /// <param name="project">The project.</param>
    /// <param name="store">The store.</param>
    /// <param name="after">The number of the last document of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<FileSearchDocument>?> ListDocumentsAsync(string project, string store, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Takes a document away, as <see cref="DeleteAsync"/> does.</summary>
    /// <param name="project">The project.</param>
    /// <param name="store">The store.</param>
    /// <param name="id">The document.</param>
    /// <param name="force">Whether its pieces go with it; otherwise it must have none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<Removal> DeleteDocumentAsync(string project, string store, string id, bool force, CancellationToken cancellationToken);
}

/// <summary>What came of a delete.</summary>
public enum Removal
{
    /// <summary>It is gone.</summary>
    Done,

    /// <summary>There is none.</summary>
    NotFound,

    /// <summary>It holds something, and is to be deleted only without.</summary>
    NotEmpty,
}
