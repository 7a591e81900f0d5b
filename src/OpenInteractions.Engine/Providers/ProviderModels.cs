using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// One provider's list of models: fetched when first needed, kept, fetched again when old. At most one fetch is on its way. A failure is
/// not passed on: the list stays what it was, and the provider is left alone for a while.
/// </summary>
internal sealed partial class ProviderModels(IModelProvider provider, ModelCatalogOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // A list is a convenience: one that never ends must not fill the memory.
    private const int MostModels = 10_000;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private Fetch? _fetch;
    private Listing _listing = Listing.None;

    public IModelProvider Provider => provider;

    /// <summary>The models as last read, in the provider's order; empty while there is no list.</summary>
    public IReadOnlyList<ModelDescription> Models => Volatile.Read(ref _listing).Models;

    public ModelDescription? Find(string id) => Volatile.Read(ref _listing).ById.GetValueOrDefault(id);

    /// <summary>Has a list at hand if the provider gives one in time: waits for the first, starts to renew an old one without waiting.</summary>
    public ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        var listing = Volatile.Read(ref _listing);
        var age = time.GetElapsedTime(listing.At);
        var isMissing = listing.HasFailed || listing.Models.Count == 0; // a server that has nothing yet is soon asked again
        if (listing.WasTried && age < (isMissing ? options.ListRetryDelay : options.ListFreshness))
        {
            return ValueTask.CompletedTask;
        }

        var fetch = Start(listing);
        return listing.WasTried || fetch is null ? ValueTask.CompletedTask : new ValueTask(WaitAsync(fetch, cancellationToken));
    }

    /// <summary>Reads the list again, unless that was done a moment ago, and waits for it within the patience.</summary>
    public Task RenewAsync(CancellationToken cancellationToken)
    {
        var listing = Volatile.Read(ref _listing);
        return listing.WasTried && time.GetElapsedTime(listing.At) < options.ListRetryDelay
            ? Task.CompletedTask
            : Start(listing) is { } fetch ? WaitAsync(fetch, cancellationToken) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_lock)
        {
            running = _fetch?.Task;
            _stopping.Cancel();
        }

        await (running ?? Task.CompletedTask);
        _stopping.Dispose();
    }

    private Fetch? Start(Listing seen)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested || (_fetch is null && _listing != seen))
            {
                return null; // stopping, or somebody else fetched it since we looked
            }

            // The first part of a fetch is the provider's code, and no lock is held across that.
            return _fetch ??= new Fetch(time.GetTimestamp(), Task.Run(FetchAsync, CancellationToken.None));
        }
    }

    /// <summary>Patience is counted from the start of the fetch, so that a silent provider costs the first callers a few seconds and the later ones nothing.</summary>
    private async Task WaitAsync(Fetch fetch, CancellationToken cancellationToken)
    {
        var patience = options.ListPatience - time.GetElapsedTime(fetch.Started);
        if (patience <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await fetch.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(provider.Name);
        }
    }

    private async Task FetchAsync()
    {
        Listing? read = null;
        using var timeout = new CancellationTokenSource(options.ListTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            var models = await provider.ListModelsAsync(either.Token);
            read = Listing.Of(models.Count > MostModels ? models.Take(MostModels) : models, time.GetTimestamp());
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops; nobody needs the list any more.
        }
        catch (Exception failure)
        {
            // A server that is off stays off: said once, and then only to those who look closely.
            var level = _listing.HasFailed ? LogLevel.Debug : LogLevel.Information;
            var reason = failure is ApiException known ? ErrorTable.Of(known.Code).WireCode : failure.GetType().Name;
            LogFailed(level, provider.Name, reason);
        }

        lock (_lock)
        {
            _listing = read ?? _listing with { At = time.GetTimestamp(), HasFailed = true };
            _fetch = null;
        }
    }

    private sealed record Fetch(long Started, Task Task);

    private sealed record Listing(IReadOnlyList<ModelDescription> Models, FrozenDictionary<string, ModelDescription> ById, long At, bool WasRead, bool HasFailed)
    {
        public static readonly Listing None = new([], FrozenDictionary<string, ModelDescription>.Empty, 0, WasRead: false, HasFailed: false);

        public bool WasTried => WasRead || HasFailed;

        public static Listing Of(IEnumerable<ModelDescription> models, long at)
        {
            var distinct = models.DistinctBy(m => m.Id, StringComparer.Ordinal).ToArray();
            return new(distinct, distinct.ToFrozenDictionary(m => m.Id, StringComparer.Ordinal), at, WasRead: true, HasFailed: false);
        }
    }

    [LoggerMessage(Message = "The models of {Provider} could not be listed ({Reason}); they are found by 'provider/model' and by their family until they can")]
    private partial void LogFailed(LogLevel level, string provider, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Provider} takes long to list its models; going on without the list")]
    private partial void LogSlow(string provider);
}
