using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Tests;

/// <summary>An engine under the contract tests.</summary>
public interface IStorageFixture
{
    /// <summary>An empty store of its own for one test.</summary>
    Task<TestStore> NewStoreAsync();
}

/// <summary>One engine's store, with the clock that it reads.</summary>
public sealed class TestStore(
    IInteractionStore interactions, IRunQueue runs, IEventJournal journal, ManualClock clock, Func<ValueTask> close) : IAsyncDisposable
{
    public IInteractionStore Interactions => interactions;

    public IRunQueue Runs => runs;

    public IEventJournal Journal => journal;

    public ManualClock Clock => clock;

    public ValueTask DisposeAsync() => close();
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
