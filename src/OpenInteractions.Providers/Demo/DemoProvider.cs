using System.Runtime.CompilerServices;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// The embedded model <c>demo</c>: answers by fixed rules, so that every feature can be tried without a key and without a network.
/// It sees what any model sees, a <see cref="ModelRequest"/>, and nothing else.
/// </summary>
public sealed class DemoProvider(ISignatureEnvelope envelope, TimeProvider time) : IModelProvider
{
    /// <summary>The name of the provider and of its model.</summary>
    public const string ProviderName = "demo";

    private static readonly ModelDescription Demo = new()
    {
        Id = ProviderName,
        Provider = ProviderName,
        Family = ProviderName,
        DisplayName = "Demo",
        Description = "A rule-based stand-in, not a language model: it recalls what it was told, calls functions that the prompt names, fills JSON schemas "
            + "and describes media by their headers, so that everything can be tried offline and without a key.",
        Capabilities = new ModelCapabilities
        {
            Input = Modalities.Text | Modalities.Image | Modalities.Audio | Modalities.Video | Modalities.Document,
            ThinkingLevels = ["minimal", "low", "medium", "high"],
            InputTokenLimit = 1_000_000,
            OutputTokenLimit = 131_072,
        },
    };

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <inheritdoc/>
    public IReadOnlyList<string> FamilyPrefixes { get; } = [ProviderName];

    /// <inheritdoc/>
    public bool ListsEverything => true;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelDescription>>([Demo]);

    /// <inheritdoc/>
    public ModelDescription Describe(string modelId) => modelId == ProviderName ? Demo : Demo with { Id = modelId };

    /// <summary>Rules leave nothing to chance, find nothing harmful, and are never in a hurry.</summary>
    public IReadOnlyList<string> Ignored(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return [.. SamplingSettings.In(request.Config), .. OptionalSettings.In(request).Where(setting => setting != OptionalSettings.ThinkingLevel)];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var conversation = new Conversation(request);
        var reply = DemoPlan.For(request, conversation);
        var pace = Pace.Of(conversation.Prompt);
        var first = true;
        foreach (var happens in new DemoOutput(request, conversation, reply, envelope).Events())
        {
            if (happens is StepPiece && !first && pace > TimeSpan.Zero)
            {
                await Task.Delay(pace, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            first &= happens is not StepPiece;
            yield return happens;
        }
    }
}
