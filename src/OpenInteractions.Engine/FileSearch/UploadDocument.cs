using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.FileSearch;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// Takes a file into a store, as its bytes come: begun, continued by any node, and finished, when the document is kept and waits to be read (wire 22). An upload that
/// rests too long is erased.
/// </summary>
public sealed class UploadDocument(IDocumentUploads uploads, DocumentNews news, IOptions<FileSearchOptions> options, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>Most bytes of a file.</summary>
    public int MaxLength => options.Value.MaxFileLength;

    /// <summary>Begins an upload.</summary>
    /// <param name="caller">Who uploads.</param>
    /// <param name="store">The store's id.</param>
    /// <param name="request">What the document is to be.</param>
    /// <param name="fileName">What the file is called, or null.</param>
    /// <param name="mimeType">The media type that the protocol names, or null; the request's own comes first.</param>
    /// <param name="length">How many bytes it will have, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It cannot be begun.</exception>
    public async Task<UploadKey> BeginAsync(
        Caller caller, string store, UploadDocumentRequest request, string? fileName, string? mimeType, long? length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        RequireLength(length ?? 0);
        var name = FileSearchRules.DisplayName(request.DisplayName) ?? FileSearchRules.DisplayName(fileName);
        var id = ResourceNames.NewId(name);
        var document = new NewDocument
        {
            Project = caller.Project,
            Store = store,
            Id = id,
            DisplayName = name ?? id,
            MimeType = request.MimeType ?? mimeType ?? throw new ApiException(
                ErrorCode.InvalidRequest, "The media type is missing: give it as 'mimeType', or in the header 'X-Goog-Upload-Header-Content-Type'.", "mimeType"),
            Metadata = FileSearchRules.Metadata(request.CustomMetadata),
            Chunking = FileSearchRules.Chunking(request.ChunkingConfig),
            Created = time.GetUtcNow(),
        };
        return await uploads.BeginAsync(document, options.Value.MaxPendingDocuments, options.Value.UploadLifetime, cancellationToken) switch
        {
            UploadStart.Begun => new UploadKey(caller.Project, store, id),
            UploadStart.NoStore => throw new ApiException(ErrorCode.NotFound, $"There is no store '{ResourceNames.OfStore(store)}'.", "name"),
            _ => throw new ApiException(
                ErrorCode.TooManyRequests,
                $"{options.Value.MaxPendingDocuments} documents of this project still come or wait to be read, which is as many as may. Try again later.",
                retryAfter: RetryAfter),
        };
    }

    /// <summary>How many bytes are there.</summary>
    /// <exception cref="ApiException">There is no such upload.</exception>
    public async Task<long> FindAsync(UploadKey upload, CancellationToken cancellationToken) =>
        await uploads.FindAsync(upload, cancellationToken) ?? throw NoUpload();

    /// <summary>Keeps the next bytes.</summary>
    /// <exception cref="ApiException">They are not the next, or too many.</exception>
    public async Task AppendAsync(UploadKey upload, long start, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        RequireLength(start + bytes.Length);
        if (!await uploads.AppendAsync(upload, start, bytes, options.Value.UploadLifetime, cancellationToken))
        {
            throw WrongOffset(start, await FindAsync(upload, cancellationToken));
        }
    }

    /// <summary>The file is whole.</summary>
    /// <exception cref="ApiException">It is not, or there is no such upload.</exception>
    public async Task<FileSearchDocument> FinishAsync(UploadKey upload, long length, CancellationToken cancellationToken)
    {
        var document = await uploads.FinishAsync(upload, length, cancellationToken) ?? throw WrongOffset(length, await FindAsync(upload, cancellationToken));
        news.Tell(DocumentWork.Read);
        return document;
    }

    /// <summary>Gives the upload up.</summary>
    /// <exception cref="ApiException">There is no such upload.</exception>
    public async Task CancelAsync(UploadKey upload, CancellationToken cancellationToken)
    {
        if (!await uploads.CancelAsync(upload, cancellationToken))
        {
            throw NoUpload();
        }

        news.Tell(DocumentWork.Erase);
    }

    /// <summary>Bytes of another place are due.</summary>
    /// <param name="offset">The place that was given.</param>
    /// <param name="received">The place that is due.</param>
    public static ApiException WrongOffset(long offset, long received) => new(
        ErrorCode.InvalidRequest,
        $"Wrong 'X-Goog-Upload-Offset': {offset} was given, and {received} bytes are kept. Go on there; the command 'query' tells the number.",
        "X-Goog-Upload-Offset");

    private void RequireLength(long length)
    {
        if (length > options.Value.MaxFileLength)
        {
            throw new ApiException(ErrorCode.RequestTooLarge, $"The file is larger than {options.Value.MaxFileLength} bytes, which is the most. Split it.");
        }
    }

    private static ApiException NoUpload() =>
        new(ErrorCode.NotFound, "There is no such upload: it was finished, given up, or rested too long. Begin a new one with the command 'start'.", "upload_id");
}
