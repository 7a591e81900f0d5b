using OpenInteractions.Contracts.FileSearch;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>Makes a store (wire 22).</summary>
public sealed class CreateFileSearchStore(IFileSearchStores stores, TimeProvider time, IEmbedder? embedder = null)
{
    /// <summary>Makes it, empty.</summary>
    /// <exception cref="ApiException">It cannot be as the request says.</exception>
    public async Task<FileSearchStore> ExecuteAsync(Caller caller, CreateFileSearchStoreRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var name = FileSearchRules.DisplayName(request.DisplayName);
        RequireOwnModel(request.EmbeddingModel);
        var id = ResourceNames.NewId(name);
        await stores.InsertAsync(
            new FileSearchStore { Project = caller.Project, Id = id, DisplayName = name, EmbeddingModel = embedder?.Model, Created = time.GetUtcNow(), Updated = time.GetUtcNow() }, cancellationToken);
        return await stores.GetAsync(caller.Project, id, cancellationToken) ?? throw new ApiException(ErrorCode.NotFound, $"The store '{ResourceNames.OfStore(id)}' was deleted while it was made.");
    }

    /// <summary>One model embeds for all stores, so that vectors can be compared; a store that asks for another one would not get what it asks for.</summary>
    private void RequireOwnModel(string? asked)
    {
        const string Prefix = "models/";
        var model = asked is not null && asked.StartsWith(Prefix, StringComparison.Ordinal) ? asked[Prefix.Length..] : asked;
        if (model is null || model == embedder?.Model || (embedder is not null && embedder.Model.EndsWith("/" + model, StringComparison.Ordinal)))
        {
            return;
        }

        var own = embedder is null ? "this server has no embedding model and finds documents by their words" : $"this server embeds with '{embedder.Model}'";
        throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value for 'embeddingModel': {own}. Leave it out.", "embeddingModel");
    }
}
