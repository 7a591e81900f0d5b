using System.Collections.Concurrent;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tests.Providers;

/// <summary>A provider of which only the list matters.</summary>
internal sealed class ListedProvider(string name, params string[] models) : IModelProvider
{
    private readonly ConcurrentQueue<TaskCompletionSource> _asked = new();
    private int _fetches;

    public string Name => name;

    public bool ListsEverything { get; init; }

    public IReadOnlyList<string> FamilyPrefixes { get; init; } = [];

    /// <summary>Changes what the next fetch gives.</summary>
    public IReadOnlyList<string> Models { get; set; } = models;

    /// <summary>While set, fetches wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public Exception? Failure { get; set; }

    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>Completes at the next fetch; arm it before what causes one.</summary>
    public Task NextFetch()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(asked);
        return asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _fetches);
        if (_asked.TryDequeue(out var asked))
        {
            asked.SetResult();
        }

        if (Gate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        return Failure is null ? [.. Models.Select(m => Describe(m) with { DisplayName = "listed" })] : throw Failure;
    }

    public ModelDescription Describe(string modelId) => new() { Id = modelId, Provider = name, Family = modelId, Capabilities = new ModelCapabilities() };

    public IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
