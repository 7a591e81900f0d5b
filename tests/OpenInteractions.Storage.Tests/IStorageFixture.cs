using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage.Tests;

/// <summary>An engine under the contract tests.</summary>
public interface IStorageFixture
{
    /// <summary>An empty store of its own for one test.</summary>
    Task<TestStore> NewStoreAsync();
}

/// <summary>One engine's store, with the clock that it reads.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly IStorageEngine _storage;
    private readonly Func<ValueTask> _close;

    internal TestStore(IStorageEngine storage, ManualClock clock, Func<ValueTask> close)
    {
        (_storage, Clock, _close) = (storage, clock, close);
    }

    public IInteractionStore Interactions => _storage.Interactions;

    public IRunQueue Runs => _storage.Runs;

    public IEventJournal Journal => _storage.Journal;

    public IFileSearchStores FileSearchStores => _storage.FileSearchStores;

    public IDocumentUploads Uploads => _storage.Uploads;

    public IDocumentQueue Documents => _storage.Documents;

    public IChunkIndex Chunks => _storage.Chunks;

    public IEnvironmentStore Environments => _storage.Environments;

    public ICheckpointStore Checkpoints => _storage.Checkpoints;

    public ICheckpointImages Images => _storage.Images;

    public IWorkerStore Workers => _storage.Workers;

    public ICredentialStore Credentials => _storage.Credentials;

    public IAgentStore Agents => _storage.Agents;

    public IApiKeyStore ApiKeys => _storage.ApiKeys;

    public ManualClock Clock { get; }

    public ValueTask DisposeAsync() => _close();
}

/// <summary>A clock that stands still until a test moves it.</summary>
/// <param name="moved">Told of each move: of an engine that goes by its server's clock, that one is moved along.</param>
public sealed class ManualClock(Action<DateTimeOffset>? moved = null) : TimeProvider
{
    private DateTimeOffset _now = Sample.Start;
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by)
    {
        _passed += by.Ticks;
        Set(by);
    }

    /// <summary>Sets it without that any time passes.</summary>
    public void Set(TimeSpan by)
    {
        _now += by;
        moved?.Invoke(_now);
    }
}
