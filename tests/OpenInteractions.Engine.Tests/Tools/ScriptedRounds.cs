using System.Runtime.CompilerServices;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>A model that plays another script each time it is asked; the last one for ever.</summary>
internal sealed class ScriptedRounds(params ScriptedModel[] rounds) : IModelProvider
{
    private readonly List<ModelRequest> _requests = [];

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<ModelRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public string Name => "scripted";

    public IReadOnlyList<string> FamilyPrefixes => [];

    public ModelDescription Describe(string modelId) => rounds[0].Describe(modelId);

    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken) => rounds[0].ListModelsAsync(cancellationToken);

    public async IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ScriptedModel model;
        lock (_requests)
        {
            model = rounds[Math.Min(_requests.Count, rounds.Length - 1)];
            _requests.Add(request);
        }

        await foreach (var value in model.StreamAsync(request, cancellationToken))
        {
            yield return value;
        }
    }
}
