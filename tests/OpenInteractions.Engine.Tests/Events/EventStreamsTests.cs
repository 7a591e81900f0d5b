using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>Readers of a run whose node loses it.</summary>
public sealed class EventStreamsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StatusStore _store = new();
    private readonly MemoryJournal _journal = new();
    private readonly RunRegistry _registry = new();
    private readonly ActiveRun _run = SampleRun.Of("int_1");
    private readonly RunNews _news;
    private readonly EventStreams _streams;

    public EventStreamsTests()
    {
        _news = new RunNews(new SingleNode(), _registry, _time);
        _streams = new EventStreams(_store, _journal, _registry, _news, Options.Create(new StreamOptions()), _time);
        _registry.Add(_run);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    [Rule("BG-8")]
    public async Task A_reader_of_a_run_that_has_lasted_long_is_kept_when_the_store_goes_away_and_takes_the_run_with_it()
    {
        await using var reader = _streams.Follow("default", "int_1", feed: null).ReadAsync(default).GetAsyncEnumerator();
        await AppendAsync(_run, "a");
        Assert.Equal(["1-1"], await NextAsync(reader));
        _time.Advance(TimeSpan.FromMinutes(10)); // in which nobody asked the store
        await AppendAsync(_run, "b");
        Assert.Equal(["1-2"], await NextAsync(reader));

        _store.IsAway = true;
        End(_run);
        var next = reader.MoveNextAsync().AsTask();
        await _time.TimerAsync(_news.PollInterval, "the reader looks again later");
        Assert.False(next.IsCompleted);

        _store.IsAway = false;
        _store.Status = InteractionStatus.Cancelled;
        _time.Advance(_news.PollInterval);
        Assert.False(await next.OrTimeout("the end"));
    }

    [Fact]
    [Rule("BG-4")]
    public async Task A_reader_who_is_ahead_of_a_replaced_owner_follows_the_next_one_on_this_node_live()
    {
        var seen = new EventPosition(2, 1); // given by another node, which has replaced this one
        _journal.Put("int_1", Frames.Batch(2, 1, "x"));
        await using var reader = (await _streams.OpenAsync(Interactions.SampleInteraction.Running("int_1"), seen, default)).ReadAsync(default).GetAsyncEnumerator();
        var next = NextAsync(reader);
        await _time.TimerAsync(_news.PollInterval, "the reader waits for news");

        End(_run);
        using var third = SampleRun.Of("int_1", epoch: 3);
        _registry.Add(third); // tells the reader
        await AppendAsync(third, "y");

        Assert.Equal(["3-1"], await next.OrTimeout("the event of the third owner"));
    }

    private static async Task AppendAsync(ActiveRun run, string text)
    {
        await run.Log!.AppendAsync(Frames.Delta(text), CancellationToken.None);
        run.Log.Show();
    }

    private static async Task<string[]> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>?> reader)
    {
        Assert.True(await reader.MoveNextAsync());
        return Frames.Ids(reader.Current!.Value);
    }

    private void End(ActiveRun run)
    {
        run.Log!.Abandon();
        _registry.End(run);
    }

    /// <summary>Knows of one interaction where it stands, or is out of reach.</summary>
    private sealed class StatusStore : IInteractionStore
    {
        public InteractionStatus Status { get; set; } = InteractionStatus.InProgress;

        public bool IsAway { get; set; }

        public Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => IsAway
            ? Task.FromException<ParentInteraction?>(new StoreUnavailableException("Out of reach."))
            : Task.FromResult<ParentInteraction?>(new ParentInteraction { Id = id, Status = Status, RootId = id, Depth = 0, ChainModalities = 1, PendingCalls = default, HasGap = false });

        public Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredInteraction>> ListAsync(string project, InteractionFilter filter, string? beforeId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredInteraction>> ListTreeAsync(string project, string rootId, string? afterId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<int> DeleteExpiredAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> FindNewestIdAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
