namespace OpenInteractions.Engine.FileSearch;

/// <summary>Takes the bytes of new documents as they come. Until an upload is finished nobody else sees its document.</summary>
public interface IDocumentUploads
{
    /// <summary>Begins an upload. It is erased when it is not finished in time.</summary>
    /// <param name="document">The document; its id names the upload.</param>
    /// <param name="most">Most documents of a project that are not yet read, those that still come included.</param>
    /// <param name="lifetime">How long it may rest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<UploadStart> BeginAsync(NewDocument document, int most, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>How many bytes of an upload are kept; null when there is no such upload.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<long?> FindAsync(UploadKey upload, CancellationToken cancellationToken);

    /// <summary>Keeps bytes that follow those that are kept.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="start">Their place in the file.</param>
    /// <param name="bytes">The bytes; not empty.</param>
    /// <param name="lifetime">How long the upload may rest from now on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is no such upload, or bytes of another place are due.</returns>
    Task<bool> AppendAsync(UploadKey upload, long start, ReadOnlyMemory<byte> bytes, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>The upload is whole: its document waits to be read.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="length">How many bytes there must be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The document, or null when there is no such upload of this length.</returns>
    Task<FileSearchDocument?> FinishAsync(UploadKey upload, long length, CancellationToken cancellationToken);

    /// <summary>Gives an upload up.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> CancelAsync(UploadKey upload, CancellationToken cancellationToken);
}

/// <summary>Names an upload.</summary>
/// <param name="Project">The project.</param>
/// <param name="Store">The store.</param>
/// <param name="Document">The document.</param>
public readonly record struct UploadKey(string Project, string Store, string Document);

/// <summary>Whether an upload could begin.</summary>
public enum UploadStart
{
    /// <summary>Its bytes may come.</summary>
    Begun,

    /// <summary>There is no such store.</summary>
    NoStore,

    /// <summary>Too many documents of the project are not yet read.</summary>
    TooMany,
}
