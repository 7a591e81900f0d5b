using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
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
    private readonly ScriptedQueue _queue = new();
    private readonly MemoryJournal _journal = new();
    private readonly RunRegistry _registry = new();
    private readonly ActiveRun _run = SampleRun.Of("int_1");
    private readonly RunNews _news;
    private readonly EventStreams _streams;

    public EventStreamsTests()
    {
        _news = new RunNews(new SingleNode(), _registry, _time);
        _streams = new EventStreams(_store, _queue, _journal, _registry, _news, Options.Create(new StreamOptions()), _time);
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
        _queue.Epochs["int_1"] = 2;
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

    [Theory]
    [Rule("BG-6")]
    [InlineData("1-2", true)] // in the journal
    [InlineData("1-4096", true)] // lost when the first owner died
    [InlineData("1-4099", true)]
    [InlineData("1-4100", false)] // further than it can have come
    [InlineData("2-1", true)] // of an owner of whom nothing was kept
    [InlineData("2-4096", true)]
    [InlineData("2-4097", false)]
    [InlineData("3-2", true)]
    [InlineData("3-4098", true)] // shown by the present owner, and not kept yet
    [InlineData("3-4099", false)]
    [InlineData("4-1", false)] // there is no such owner
    [InlineData("99-5", false)]
    public async Task Every_place_that_an_owner_elsewhere_can_have_given_is_known_and_no_other(string place, bool isKnown)
    {
        _queue.Epochs["int_2"] = 3;
        _journal.Put("int_2", Frames.Batch(1, 1, "a", "b"));
        _journal.Put("int_2", Frames.Batch(1, 3, "c"));
        _journal.Put("int_2", Frames.Batch(3, 1, "d", "e"));

        await RequireAsync(isKnown, Interactions.SampleInteraction.Running("int_2") with { HasJournal = true }, place);
    }

    [Theory]
    [Rule("BG-6")]
    [InlineData("1-4099", true)]
    [InlineData("1-4100", false)]
    [InlineData("3-2", true)] // the last
    [InlineData("3-3", false)]
    [InlineData("4-1", false)]
    public async Task Behind_the_last_event_of_a_run_that_has_ended_no_place_is_known(string place, bool isKnown)
    {
        _journal.Put("int_2", Frames.Batch(1, 1, "a", "b", "c"));
        _journal.Put("int_2", Frames.Batch(3, 1, "d", "e"));

        await RequireAsync(isKnown, Interactions.SampleInteraction.Running("int_2") with { HasJournal = true, Status = InteractionStatus.Completed }, place);
    }

    [Theory]
    [Rule("BG-6")]
    [InlineData("1-1", true)]
    [InlineData("1-2", false)]
    [InlineData("2-1", true)] // kept a moment ago by the same owner, and not shown here yet
    [InlineData("2-2", false)]
    public async Task Of_a_run_on_this_node_exactly_what_was_given_is_known(string place, bool isKnown)
    {
        await AppendAsync(_run, "a");
        _queue.Epochs["int_1"] = 1;
        if (place.StartsWith("2-", StringComparison.Ordinal))
        {
            End(_run);
            _registry.Add(SampleRun.Of("int_1", epoch: 2));
            _queue.Epochs["int_1"] = 2;
            _journal.Put("int_1", Frames.Batch(2, 1, "b"));
        }

        await RequireAsync(isKnown, Interactions.SampleInteraction.Running("int_1") with { HasJournal = true }, place);
    }

    [Fact]
    [Rule("BG-7")]
    public async Task A_reader_whose_place_turns_out_to_lie_behind_the_end_is_told_how_it_ended()
    {
        _queue.Epochs["int_2"] = 1;
        _journal.Put("int_2", Frames.Batch(1, 1, "a"));
        await using var reader = (await _streams.OpenAsync(Interactions.SampleInteraction.Running("int_2") with { HasJournal = true }, new EventPosition(1, 50), default)).ReadAsync(default).GetAsyncEnumerator();
        var next = NextAsync(reader);
        await _time.TimerAsync(_news.PollInterval, "the reader waits for news");

        _journal.Put("int_2", Frames.Batch(1, 2, "b", "c"));
        _store.Status = InteractionStatus.Completed;
        _news.Tell("int_2", hasEnded: true);

        Assert.Equal(["1-3"], await next.OrTimeout("the last event"));
        Assert.False(await reader.MoveNextAsync().AsTask().OrTimeout("the end"));
    }

    [Fact]
    [Rule("BG-7")]
    public async Task A_reader_who_has_the_last_event_gets_no_other()
    {
        _journal.Put("int_2", Frames.Batch(1, 1, "a", "b"));
        _store.Status = InteractionStatus.Completed;
        await using var reader = (await _streams.OpenAsync(Interactions.SampleInteraction.Running("int_2") with { HasJournal = true, Status = InteractionStatus.Completed }, new EventPosition(1, 2), default)).ReadAsync(default).GetAsyncEnumerator();

        Assert.False(await reader.MoveNextAsync().AsTask().OrTimeout("the end"));
    }

    private async Task RequireAsync(bool isKnown, StoredInteraction interaction, string place)
    {
        Assert.True(EventPosition.TryParse(place, out var after));
        var refusal = await Record.ExceptionAsync(() => _streams.OpenAsync(interaction, after, default));
        if (isKnown)
        {
            Assert.Null(refusal);
        }
        else
        {
            Assert.Equal((ErrorCode.InvalidRequest, "last_event_id"), (Assert.IsType<ApiException>(refusal).Code, ((ApiException)refusal).Field));
        }
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
    private sealed class StatusStore : Interactions.PartOfAStore
    {
        public InteractionStatus Status { get; set; } = InteractionStatus.InProgress;

        public bool IsAway { get; set; }

        public override Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => IsAway
            ? Task.FromException<ParentInteraction?>(new StoreUnavailableException("Out of reach."))
            : Task.FromResult<ParentInteraction?>(new ParentInteraction { Id = id, Status = Status, RootId = id, Depth = 0, ChainModalities = 1, PendingCalls = default, HasGap = false });

        public override Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) =>
            Task.FromResult<StoredInteraction?>(Interactions.SampleInteraction.Running(id) with { Status = Status, HasJournal = true });
    }
}
