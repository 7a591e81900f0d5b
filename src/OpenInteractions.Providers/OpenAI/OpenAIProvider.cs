using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>The vendor, or any server that speaks one of its two wires: Responses where there is such a route, Chat Completions elsewhere.</summary>
public sealed class OpenAIProvider : IModelProvider
{
    private readonly OpenAIProviderOptions _options;
    private readonly UpstreamClient _client;
    private readonly UnknownReasons _unknown;
    private readonly ISignatureEnvelope _signatures;
    private readonly LearnedRefusals _refusals;
    private readonly Uri _chat;
    private readonly Uri _responses;
    private readonly bool _isVendor;
    private readonly bool _hasTools;
    private volatile OpenAIWire _wire;

    /// <summary>An upstream.</summary>
    public OpenAIProvider(
        OpenAIProviderOptions options, UpstreamOptions upstream, IHttpMessageHandlerFactory handlers, ISignatureEnvelope signatures, TimeProvider time, ILogger<OpenAIProvider> logger)
    {
        _options = options;
        _signatures = signatures;
        _client = new UpstreamClient(options.Name, handlers, upstream, time, logger);
        _unknown = new UnknownReasons(options.Name, logger);
        _refusals = new LearnedRefusals(time);
        (_chat, _responses) = (new Uri(options.BaseAddress, "chat/completions"), new Uri(options.BaseAddress, "responses"));
        _isVendor = options.BaseAddress.Host == OpenAIProviderOptions.VendorAddress.Host;
        _hasTools = _isVendor || options.Name == ProviderDetection.OpenAI; // perhaps behind a gateway; another endpoint that serves such a model has seldom its vendor's tools
        _wire = options.Wire == OpenAIWire.Auto && _isVendor ? OpenAIWire.Responses : options.Wire;
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> FamilyPrefixes => _options.FamilyPrefixes;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var list = await _client.GetJsonAsync(() => RequestBuffer.Get(new Uri(_options.BaseAddress, "models"), _options.ApiKey), cancellationToken).ConfigureAwait(false);
        // Most wrap the list in `data`; some give it bare.
        var models = list.ValueKind == JsonValueKind.Object && list.TryGetProperty("data", out var data) ? data : list;
        if (models.ValueKind != JsonValueKind.Array)
        {
            throw UpstreamFailureException.Malformed().ToApiException();
        }

        return [.. models.EnumerateArray().Select(DescribeListed).OfType<ModelDescription>()];
    }

    /// <inheritdoc/>
    public ModelDescription Describe(string modelId) => new()
    {
        Id = modelId,
        Provider = Name,
        Family = OpenAIModels.Family(modelId),
        Capabilities = OpenAIModels.Capabilities(modelId, _isVendor, _options.Chat) with { NativeTools = _hasTools ? VendorTools.Of(modelId) : [] },
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> Ignored(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = request.Model;
        var refused = _refusals.Of(model.Id);
        return
        [
            .. SamplingSettings.In(request.Config).Where(setting => setting switch
            {
                SamplingSettings.Temperature => !model.Capabilities.Sampling || refused.Contains(LearnedRefusals.Temperature),
                SamplingSettings.TopP => !model.Capabilities.Sampling || refused.Contains(LearnedRefusals.TopP),
                _ => WireFor(model) == OpenAIWire.Responses || refused.Contains(LearnedRefusals.Seed),
            }),
            .. OptionalSettings.In(request).Where(setting => setting switch
            {
                OptionalSettings.ThinkingLevel => refused.Contains(LearnedRefusals.Effort),
                OptionalSettings.ServiceTier => request.ServiceTier is not ("flex" or "priority"),
                _ => true, // these wires have no word for it
            }),
        ];
    }

    /// <summary>As long as the wire is not known, only what neither of the two takes is sure.</summary>
    public Func<MediaContent, string?>? MediaFault(ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return WireFor(model) switch
        {
            OpenAIWire.Chat => media => OpenAIMedia.Fault(media, _options.Chat),
            OpenAIWire.Responses => media => OpenAIMedia.Fault(media, chat: null),
            _ => media => OpenAIMedia.Fault(media, chat: null) is { } fault && OpenAIMedia.Fault(media, _options.Chat) is not null ? fault : null,
        };
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var call = new Call(request, WireFor(request.Model), _refusals.Of(request.Model.Id));
        return _client.StreamAsync(
            new UpstreamCall
            {
                Request = () => Write(call),
                Answer = () => Answer(call),
                Adapt = failure => Adapt(call, failure),
                IsFollowed = request.IsFollowed,
                Meter = request.Meter,
                InteractionId = request.InteractionId,
                ServiceTier = request.ServiceTier,
            },
            cancellationToken);
    }

    private OpenAIWire WireFor(ModelDescription model) => _options.Wire != OpenAIWire.Responses && OpenAIModels.NeedsChat(model.Id) ? OpenAIWire.Chat : _wire;

    private HttpRequestMessage Write(Call call)
    {
        var request = call.Request;
        return call.Wire == OpenAIWire.Chat
            ? Post(_chat, ChatRequestWriter.Write(request, new ChatHistory(Name, request.Model.Family, _options.Chat), _options.Chat, call.Refused))
            : Post(_responses, ResponsesRequestWriter.Write(request, new ResponsesHistory(ScopeOf(request), _signatures, call.WithReasoning), call.Refused));
    }

    private SignatureScope ScopeOf(ModelRequest request) => new(request.Project, Name, request.Model.Family);

    private HttpRequestMessage Post(Uri address, JsonScratch body) => RequestBuffer.Post(address, _options.ApiKey, body);

    /// <summary>What can be done about a refusal: another wire, a setting less, or reasoning that the service cannot read any more left out.</summary>
    private bool Adapt(Call call, UpstreamFailureException failure)
    {
        if (MayFallBack(call) && IsNoRoute(failure))
        {
            (call.Wire, call.FellBack) = (OpenAIWire.Chat, true);
            return true;
        }

        if (failure.IsUnreadable && call is { Wire: OpenAIWire.Auto, HasNoChat: false })
        {
            // A front end that takes every path answers with a page of its own and status 200.
            (call.Wire, call.FellBack, call.WasUnreadable) = (OpenAIWire.Chat, true, true);
            return true;
        }

        if (call is { WasUnreadable: true, HasNoChat: false } && IsNoRoute(failure))
        {
            // There is no Chat either, so what could not be read was an accident.
            (call.Wire, call.FellBack, call.HasNoChat) = (OpenAIWire.Auto, false, true);
            return true;
        }

        if (failure is { Status: 400, Error.Code: "invalid_encrypted_content" } && call.WithReasoning)
        {
            call.WithReasoning = false;
            return true;
        }

        if (_refusals.Learn(call.Request, call.Refused, failure) is { } refused)
        {
            call.Refused = refused;
            return true;
        }

        return false;
    }

    /// <summary>What was configured, and what the vendor is known for, is not left. What was learned may have been another server behind the same address.</summary>
    private bool MayFallBack(Call call) => call is { Wire: OpenAIWire.Auto, HasNoChat: false } || (call.Wire == OpenAIWire.Responses && _options.Wire == OpenAIWire.Auto && !_isVendor);

    private static bool IsNoRoute(UpstreamFailureException failure) => failure.Status is 404 or 405 or 501 && failure.Error?.Code != "model_not_found";

    private IAnswer Answer(Call call)
    {
        IAnswer answer = call.Wire == OpenAIWire.Chat
            ? new ChatStream(call.Request, _options.Chat, cutsLocally: !ChatRequestWriter.SendsStop(call.Request, call.Refused), _unknown)
            : new ResponsesStream(call.Request, ScopeOf(call.Request), _signatures);
        // A refused model proves nothing, nor does one that has only one wire.
        return call.FellBack || (_wire == OpenAIWire.Auto && !OpenAIModels.NeedsChat(call.Request.Model.Id))
            ? new WireProof(answer, () => _wire = call.Wire == OpenAIWire.Auto ? OpenAIWire.Responses : call.Wire)
            : answer;
    }

    private ModelDescription? DescribeListed(JsonElement model)
    {
        if (model.ValueKind != JsonValueKind.Object || !model.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String || id.GetString() is not { Length: > 0 } name || !OpenAIModels.Converses(name))
        {
            return null;
        }

        var described = Describe(name);
        // vLLM tells how long a conversation may be.
        return model.TryGetProperty("max_model_len", out var length) && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var tokens)
            ? described with { Capabilities = described.Capabilities with { InputTokenLimit = tokens } }
            : described;
    }

    /// <summary>One call and what was learned on the way.</summary>
    private sealed class Call(ModelRequest request, OpenAIWire wire, ImmutableHashSet<string> refused)
    {
        public ModelRequest Request { get; } = request;

        public OpenAIWire Wire { get; set; } = wire;

        /// <summary>True when Chat is tried because Responses did not work.</summary>
        public bool FellBack { get; set; }

        /// <summary>True when Responses gave an answer that cannot be read, so that Chat was tried.</summary>
        public bool WasUnreadable { get; set; }

        /// <summary>True when Chat, tried for that, was not there.</summary>
        public bool HasNoChat { get; set; }

        public bool WithReasoning { get; set; } = true;

        /// <summary>Settings that are left out because the model refuses them.</summary>
        public ImmutableHashSet<string> Refused { get; set; } = refused;
    }
}
