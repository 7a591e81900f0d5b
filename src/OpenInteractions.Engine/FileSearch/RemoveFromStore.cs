using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>Deletes stores and documents. They are gone at once; what they hold is erased in portions (<see cref="DocumentIndexer"/>).</summary>
public sealed class RemoveFromStore(IFileSearchStores stores, DocumentNews news)
{
    /// <summary>Deletes a store.</summary>
    /// <exception cref="ApiException">There is none, or it has documents.</exception>
    public async Task StoreAsync(Caller caller, string store, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        Require(await stores.DeleteAsync(caller.Project, store, force, cancellationToken), ResourceNames.OfStore(store), "documents");
    }

    /// <summary>Deletes a document.</summary>
    /// <exception cref="ApiException">There is none, or it has pieces.</exception>
    public async Task DocumentAsync(Caller caller, string store, string document, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        Require(await stores.DeleteDocumentAsync(caller.Project, store, document, force, cancellationToken), ResourceNames.OfDocument(store, document), "pieces that can be found");
    }

    private void Require(Removal removal, string name, string content)
    {
        switch (removal)
        {
            case Removal.NotFound:
                throw new ApiException(ErrorCode.NotFound, $"There is no '{Excerpt.Of(name, 150)}'.", "name");
            case Removal.NotEmpty:
                throw new ApiException(ErrorCode.FailedPrecondition, $"'{name}' has {content}. Add 'force=true' to delete it with them.", "force");
            default:
                news.Tell(DocumentWork.Erase);
                break;
        }
    }
}
