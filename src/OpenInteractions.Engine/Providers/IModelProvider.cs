namespace OpenInteractions.Engine.Providers;

/// <summary>
/// One upstream that runs models: a vendor's wire behind a base URL, or the embedded demo. An adapter maps; it keeps no conversation,
/// makes no tool run, and stores nothing.
/// </summary>
public interface IModelProvider
{
    /// <summary>The name in <c>provider/model</c> ids, in signatures and in logs, such as <c>openai</c>. Unique, lower case.</summary>
    string Name { get; }

    /// <summary>Prefixes of model ids that belong to this provider even when its list cannot be read, such as <c>gpt-</c>.</summary>
    IReadOnlyList<string> FamilyPrefixes { get; }

    /// <summary>True when an id that is not in the list does not exist. Vendors' lists leave models out, so theirs are asked for by name.</summary>
    bool ListsEverything => false;

    /// <summary>
    /// The models that the upstream offers. Called lazily and cached by the catalogue.
    /// </summary>
    /// <exception cref="ApiException">The upstream could not be asked.</exception>
    Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken);

    /// <summary>What is known of a model by its id alone, for ids that the list does not have.</summary>
    ModelDescription Describe(string modelId);

    /// <summary>
    /// Those of <see cref="SamplingSettings"/> and <see cref="OptionalSettings"/> that the request has and that are left out, because the model or its
    /// wire does not take them (behaviour TH-5, SA-1). Told from what is known when it is asked: that is
    /// when the model has begun to answer, or when a background run was accepted. The request's history does not matter: what is left out for its sake
    /// is noted in <see cref="ModelRequest.LeftOut"/> during the call.
    /// </summary>
    IReadOnlyList<string> Ignored(ModelRequest request) => [];

    /// <summary>
    /// Tells what a model's wire never takes, such as <c>images of the type image/tiff</c>, or null when it may take the medium; null instead of a
    /// function where no medium of a kind that the model takes is ever refused. Kinds are <see cref="ModelCapabilities.Input"/>; this is about types
    /// and addresses, so that a request is refused before the call and not in the middle of a run (protocols 6.6).
    /// </summary>
    Func<MediaContent, string?>? MediaFault(ModelDescription model) => null;

    /// <summary>
    /// Refuses a setting that the model's wire, as far as it is known, never takes, so that a background run fails when it is asked for and not in the
    /// middle (protocols 6.6). The request's history does not matter.
    /// </summary>
    /// <exception cref="ApiException">It has such a setting; the field is named.</exception>
    void RequireTaken(ModelRequest request)
    {
    }

    /// <summary>
    /// Makes one model call and tells what comes back, piece by piece.
    /// </summary>
    /// <remarks>
    /// The order is: for each step <see cref="StepStarted"/>, any number of <see cref="StepPiece"/>, <see cref="StepStopped"/>; at last exactly one
    /// <see cref="ModelStopped"/>. Steps do not overlap (behaviour SE-5): an upstream that interleaves is put in order by the adapter.
    /// Call ids in the steps are the ones the upstream gave where they are usable; the turn loop replaces them by native ones and keeps the pair (protocols P-1, P-4).
    /// A stream that ends before the upstream said so throws <see cref="ErrorCode.ServiceUnavailable"/> (P-9).
    /// The adapter retries by itself, only before its first event, within P-8; afterwards a failure is thrown.
    /// </remarks>
    /// <exception cref="ApiException">
    /// The upstream refused, failed, fell silent or sent nonsense. The message is fit for callers: no key, no URL with credentials, no upstream account id.
    /// 401 and 403 from upstream are <see cref="ErrorCode.ApiError"/>, because the operator's key is wrong and not the caller's (protocols 6.7).
    /// </exception>
    IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, CancellationToken cancellationToken);
}
