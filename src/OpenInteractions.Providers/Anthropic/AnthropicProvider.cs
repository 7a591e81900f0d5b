using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Models behind Anthropic's Messages wire (protocols 6.4).</summary>
public sealed class AnthropicProvider : IModelProvider
{
    // A turn that pauses more often than this does not come to an end.
    private const int MostPauses = 16;

    private readonly AnthropicOptions _options;
    private readonly ISignatureEnvelope _envelope;
    private readonly UpstreamClient _client;
    private readonly UnknownReasons _unknown;
    private readonly ModelMemory<LearnedLimits> _limits;
    private volatile bool _serverIsOlder;

    /// <summary>Models at one address.</summary>
    public AnthropicProvider(
        AnthropicOptions options, UpstreamOptions upstream, IHttpMessageHandlerFactory handlers, ISignatureEnvelope envelope, TimeProvider time, ILogger<AnthropicProvider> logger)
    {
        _options = options;
        _envelope = envelope;
        _client = new UpstreamClient(options.Name, handlers, upstream, time, logger);
        _unknown = new UnknownReasons(options.Name, logger);
        _limits = new ModelMemory<LearnedLimits>(time);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> FamilyPrefixes => ["claude-"];

    /// <inheritdoc/>
    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken) =>
        new ModelList(_client, _options).ReadAsync(() => _serverIsOlder, cancellationToken);

    /// <inheritdoc/>
    public ModelDescription Describe(string modelId) => ModelList.Describe(modelId, _options.Name);

    /// <inheritdoc/>
    public IReadOnlyList<string> Ignored(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var traits = ClaudeTraits.Of(request.Model.Id);
        return Build(request with { History = [] }, traits, new StepBlocks(new SignatureScope(request.Project, Name, traits.Family), _envelope), KnownLimits(request.Model.Id)).Request.Ignored;
    }

    /// <inheritdoc/>
    public Func<MediaContent, string?>? MediaFault(ModelDescription model) => MediaBlocks.Fault;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var traits = ClaudeTraits.Of(request.Model.Id);
        var renderer = new StepBlocks(new SignatureScope(request.Project, Name, traits.Family), _envelope);
        var messages = Noted(Build(request, traits, renderer, KnownLimits(request.Model.Id)), request);
        AnswerReader? answer = null;
        for (var pauses = 0; pauses <= MostPauses; pauses++)
        {
            var call = new UpstreamCall
            {
                Request = () => messages.Request.ToHttp(answer?.Replay ?? []),
                Answer = () => (answer ??= new AnswerReader(messages.Request, renderer, _unknown)).BeginCall(),
                Adapt = failure =>
                {
                    // In the middle of a paused turn the steps already stand on this request.
                    if (answer is not null || Learn(request.Model.Id, messages, failure) is not { } learned)
                    {
                        return false;
                    }

                    messages = Noted(Build(request, traits, renderer, learned), request);
                    return true;
                },
                IsFollowed = request.IsFollowed,
                Meter = request.Meter,
                InteractionId = request.InteractionId,
                ServiceTier = request.ServiceTier,
            };
            await foreach (var modelEvent in _client.StreamAsync(call, cancellationToken).ConfigureAwait(false))
            {
                yield return modelEvent;
            }

            if (!answer!.IsPaused)
            {
                break;
            }
        }

        foreach (var modelEvent in answer!.Finish())
        {
            yield return modelEvent;
        }
    }

    private (MessagesRequest Request, LearnedLimits Limits) Build(ModelRequest request, ClaudeTraits traits, StepBlocks renderer, LearnedLimits limits) =>
        (new MessagesRequest(request, _options, traits, renderer, limits), limits);

    /// <summary>Whether thinking must stay out may depend on the history (P-3): only the request that is sent knows it.</summary>
    private static (MessagesRequest Request, LearnedLimits Limits) Noted((MessagesRequest Request, LearnedLimits Limits) built, ModelRequest request)
    {
        if (request.Config.ThinkingLevel is not null && built.Request.Ignored.Contains(OptionalSettings.ThinkingLevel))
        {
            request.LeftOut.Add(OptionalSettings.ThinkingLevel);
        }

        return built;
    }

    private LearnedLimits KnownLimits(string modelId) => (_limits.TryGet(modelId, out var known) ? known : LearnedLimits.None) with { ServerIsOlder = _serverIsOlder };

    private LearnedLimits? Learn(string modelId, (MessagesRequest Request, LearnedLimits Limits) sent, UpstreamFailureException failure)
    {
        if (sent.Limits.After(failure, sent.Request.SendsSampling) is not { } learned)
        {
            return null;
        }

        _serverIsOlder = learned.ServerIsOlder;
        // Thinking that was out of place once is in place elsewhere: that lesson is for this call alone.
        _limits.Learn(modelId, LearnedLimits.None, _ => learned with { ThinkingIsRefused = false });
        return learned;
    }
}
