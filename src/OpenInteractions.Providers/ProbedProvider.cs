namespace OpenInteractions.Providers;

/// <summary>
/// A provider whose list of models is asked for with little patience. Local servers are often not running, and the retries that a model
/// call deserves would hold every lookup.
/// </summary>
/// <param name="calls">Makes the calls.</param>
/// <param name="probe">The same upstream with short time-outs and no retries.</param>
/// <param name="mayBeOff">True when nobody asked for the server: being off is then no failure, it just has no models.</param>
internal sealed class ProbedProvider(IModelProvider calls, IModelProvider probe, bool mayBeOff) : IModelProvider
{
    public string Name => calls.Name;

    public IReadOnlyList<string> FamilyPrefixes => calls.FamilyPrefixes;

    public async Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await probe.ListModelsAsync(cancellationToken);
        }
        catch (ApiException off) when (mayBeOff && off.Code == ErrorCode.ServiceUnavailable)
        {
            return [];
        }
    }

    public ModelDescription Describe(string modelId) => calls.Describe(modelId);

    public IReadOnlyList<string> Ignored(ModelRequest request) => calls.Ignored(request);

    public Func<MediaContent, string?>? MediaFault(ModelDescription model) => calls.MediaFault(model);

    public void RequireTaken(ModelRequest request) => calls.RequireTaken(request);

    public IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, CancellationToken cancellationToken) => calls.StreamAsync(request, cancellationToken);
}
