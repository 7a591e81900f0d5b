using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Models of an upstream that speaks the Gemini API, over whichever of its wires it offers.</summary>
public sealed class GeminiProvider : IModelProvider
{
    // Each hop is a decode limit of the vendor; an upstream that never ends must not be followed for ever.
    private const int MaxHops = 64;

    private readonly GeminiOptions _options;
    private readonly UpstreamClient _client;
    private readonly ISignatureEnvelope _envelope;
    private readonly WireChoice _wires;
    private readonly UnknownReasons _unknown;

    /// <summary>An upstream with its key.</summary>
    public GeminiProvider(
        GeminiOptions options, UpstreamOptions upstream, IHttpMessageHandlerFactory handlers, ISignatureEnvelope envelope, TimeProvider time, ILogger<GeminiProvider> logger)
    {
        _options = options;
        _client = new UpstreamClient(options.Name, handlers, upstream, time, logger);
        _envelope = envelope;
        _wires = new WireChoice(options.Wire, time);
        _unknown = new UnknownReasons(options.Name, logger);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> FamilyPrefixes => GeminiModels.FamilyPrefixes;

    /// <inheritdoc/>
    public ModelDescription Describe(string modelId) => GeminiModels.Describe(Name, modelId);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var models = new List<ModelDescription>();
        string? token = null;
        do
        {
            var query = token is null ? "" : "&pageToken=" + Uri.EscapeDataString(token);
            var json = await _client.GetJsonAsync(() => GeminiAddress.Request(_options, HttpMethod.Get, "models?pageSize=1000" + query), cancellationToken).ConfigureAwait(false);
            var page = Read(json);
            models.AddRange(from model in page.Models ?? []
                            where model.Name is not null && model.SupportedGenerationMethods?.Contains("generateContent") != false
                            select GeminiModels.Describe(Name, model.Name!.StartsWith("models/", StringComparison.Ordinal) ? model.Name[7..] : model.Name, model));
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));

        return models;
    }

    /// <summary>The vendor's other wire has no tier of this name.</summary>
    public IReadOnlyList<string> Ignored(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ServiceTier == "deferred" && _wires.For(request) == GeminiWire.GenerateContent ? [OptionalSettings.ServiceTier] : [];
    }

    /// <inheritdoc/>
    public void RequireTaken(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        GeminiLimits.Check(request.Config);
        GeminiLimits.CheckTools(request);
        if (_wires.For(request) == GeminiWire.GenerateContent)
        {
            GeminiLimits.CheckGenerateContent(request);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        GeminiLimits.Check(request.Config);
        return StreamHopsAsync(new GeminiCall(request, _options, _envelope, _wires, _unknown), request, cancellationToken);
    }

    /// <summary>The upstream may end a long answer at a limit of its own and give a token for the rest (wire 15); callers see one answer.</summary>
    private async IAsyncEnumerable<ModelEvent> StreamHopsAsync(GeminiCall call, ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Usage? usage = null;
        for (var hop = 1; ; hop++)
        {
            ModelStopped? stopped = null;
            await foreach (var modelEvent in _client.StreamAsync(
                new UpstreamCall
                {
                    Request = call.Request,
                    Answer = call.Answer,
                    Adapt = call.Adapt,
                    IsFollowed = request.IsFollowed,
                    Meter = request.Meter,
                    InteractionId = request.InteractionId,
                    ServiceTier = request.ServiceTier,
                },
                cancellationToken).ConfigureAwait(false))
            {
                if (modelEvent is ModelStopped last)
                {
                    stopped = last;
                }
                else
                {
                    yield return modelEvent;
                }
            }

            usage = Usage.Sum(usage, stopped!.Usage);
            if (hop == MaxHops || !call.Continue())
            {
                yield return stopped with { Usage = usage };
                yield break;
            }

            request.Meter.Settle(usage);
        }
    }

    private static GeminiModelPage Read(JsonElement json)
    {
        try
        {
            return json.Deserialize(GeminiJson.Default.GeminiModelPage) ?? new(null, null);
        }
        catch (JsonException)
        {
            throw new ApiException(ErrorCode.ServiceUnavailable, "The model provider sent a list of models that cannot be read.");
        }
    }
}
