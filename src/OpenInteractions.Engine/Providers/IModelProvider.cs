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

    /// <summary>
    /// The models that the upstream offers. Called lazily and cached by the catalogue.
    /// </summary>
    /// <exception cref="ApiException">The upstream could not be asked.</exception>
    Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken);

    /// <summary>What is known of a model by its id alone, for ids that the list does not have.</summary>
    ModelDescription Describe(string modelId);

    /// <summary>
    /// Those of <see cref="SamplingSettings"/> that the request has and that will be left out, because the model or its wire does not take them
    /// (behaviour TH-5). Told before the call, from what is known then; the request's history does not matter.
    /// </summary>
    IReadOnlyList<string> Ignored(ModelRequest request) => [];

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
