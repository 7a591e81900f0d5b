using System.Text.Json;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>A log by itself: the test plays the writer, which is not started.</summary>
public sealed class EventLogTests : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly JournalWriter _writer = SampleJournal.Over(new MemoryJournal(), new ForeignReaders(new SingleNode(), new ManualTime()), new ManualTime());
    private readonly EventLog _log;

    public EventLogTests() => _log = new EventLog(new RunLease("int_1", "node", 4), _writer, _lost);

    public void Dispose()
    {
        _writer.Dispose();
        _lost.Dispose();
    }

    [Fact]
    public void No_frame_is_so_short_that_an_owner_could_be_further_ahead_of_the_journal_than_resuming_reckons_with()
    {
        var shortest = Frames.Of(new StepStopEvent { Index = 0, EventId = "1-1" }).Length;

        Assert.InRange(EventLog.MostUnjournalled * shortest, 256 * 1024, 512 * 1024);
    }

    [Fact]
    [Rule("SE-2")]
    public async Task Events_are_numbered_in_their_epoch_before_a_reader_sees_them()
    {
        await AppendAsync("a", "b", "c");

        Assert.Equal(["4-1", "4-2", "4-3"], Frames.Ids(Seen(_log.Feed)));
        Assert.Equal(3, _log.LastNumber);
    }

    [Fact]
    public async Task A_checkpoint_goes_with_the_next_batch_and_no_other()
    {
        await AppendAsync("a");
        var before = _log.TakeBatch()!;
        _log.OnFlushed(before.Batch, leaseHeld: true);
        await _log.CheckpointAsync("stands"u8.ToArray(), Frames.Delta("carrier"), default);
        var with = _log.TakeBatch()!;
        _log.OnFlushed(with.Batch, leaseHeld: true);
        await AppendAsync("b");

        Assert.Equal(["", "stands", ""], new[] { before, with, _log.TakeBatch()! }.Select(b => Frames.Text(b.Batch.Checkpoint)));
    }

    [Fact]
    public async Task Behind_an_event_that_the_store_refuses_no_checkpoint_is_kept_and_a_hand_over_says_nothing()
    {
        await _log.CheckpointAsync("too much"u8.ToArray(), Frames.Delta("carrier"), default);
        _log.OnRefused(_log.TakeBatch()!.Batch);
        await _log.CheckpointAsync("counts what is not kept"u8.ToArray(), Frames.Delta("carrier"), default);
        var handing = _log.HandOverAsync(Frames.Delta("last"));
        var last = _log.TakeBatch()!;
        _log.OnFlushed(last.Batch, leaseHeld: true);
        await handing.OrTimeout("the hand-over");

        Assert.Equal((3, ""), (last.Batch.LastNumber, Frames.Text(last.Batch.Checkpoint)));
    }

    [Fact]
    public async Task A_hand_over_waits_until_the_checkpoint_is_kept_and_then_marks_its_own_batch()
    {
        await _log.CheckpointAsync("stands"u8.ToArray(), Frames.Delta("carrier"), default);
        var handing = _log.HandOverAsync(Frames.Delta("last"));
        Assert.False(handing.IsCompleted);

        var first = _log.TakeBatch()!;
        _log.OnFlushed(first.Batch, leaseHeld: true);
        await Task.WhenAny(handing, LastAsync()).OrTimeout("the last event");
        var second = _log.TakeBatch()!;
        _log.OnFlushed(second.Batch, leaseHeld: true);
        await handing.OrTimeout("the hand-over");

        Assert.Equal(["stands", "handed over"], new[] { first, second }.Select(b => Frames.Text(b.Batch.Checkpoint)));

        async Task LastAsync()
        {
            while (_log.LastNumber < 2)
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    [Rule("BG-5")]
    public async Task A_step_is_shown_when_the_end_of_the_one_before_it_is_durable_and_nobody_waits_for_it()
    {
        await StartAsync(0);
        await AppendAsync("a");
        await StopAsync(0);
        await StartAsync(1);
        await AppendAsync("b");
        await StopAsync(1);
        await StartAsync(2);
        Assert.Equal(["4-1", "4-2", "4-3"], Frames.Ids(Seen(_log.Feed)));

        _log.OnFlushed(_log.TakeBatch()!.Batch, leaseHeld: true);

        Assert.Equal(["4-1", "4-2", "4-3", "4-4", "4-5", "4-6", "4-7"], Frames.Ids(Seen(_log.Feed)));
    }

    [Fact]
    [Rule("BG-5")]
    public async Task That_its_start_is_durable_is_not_enough()
    {
        await StartAsync(0);
        var first = _log.TakeBatch()!;
        await StopAsync(0);
        await StartAsync(1);

        _log.OnFlushed(first.Batch, leaseHeld: true);

        Assert.Equal(["4-1", "4-2"], Frames.Ids(Seen(_log.Feed)));
    }

    [Fact]
    [Rule("BG-5")]
    public async Task Of_steps_that_the_journal_does_not_know_one_is_shown()
    {
        await StartAsync(0);
        var first = _log.TakeBatch()!;
        await StartAsync(1);
        await AppendAsync("b");
        await StartAsync(2);

        _log.OnFlushed(first.Batch, leaseHeld: true);

        Assert.Equal(["4-1", "4-2", "4-3"], Frames.Ids(Seen(_log.Feed)));
        _log.OnFlushed(_log.TakeBatch()!.Batch, leaseHeld: true);
        Assert.Equal(["4-1", "4-2", "4-3", "4-4"], Frames.Ids(Seen(_log.Feed)));
    }

    [Fact]
    public async Task The_end_comes_behind_steps_that_were_not_shown_yet()
    {
        await StartAsync(0);
        await StartAsync(1);
        var closed = await _log.CloseAsync([Frames.Delta("last")]);
        Assert.Equal(["4-1"], Frames.Ids(Seen(_log.Feed)));

        _log.ShowLast(closed.LastFrames);

        Assert.Equal(["4-1", "4-2", "4-3"], Frames.Ids(Seen(_log.Feed, isComplete: true)));
    }

    [Fact]
    public async Task A_batch_holds_what_came_since_the_last_one()
    {
        await AppendAsync("a", "b");
        var first = _log.TakeBatch()!;
        await AppendAsync("c");
        _log.OnFlushed(first.Batch, leaseHeld: true);
        var second = _log.TakeBatch()!;

        Assert.Equal(new RunLease("int_1", "node", 4), first.Lease);
        Assert.Equal((4L, 1L, 2L), (first.Batch.Epoch, first.Batch.FirstNumber, first.Batch.LastNumber));
        Assert.Equal(["4-1", "4-2"], Frames.Ids(first.Batch.Frames));
        Assert.Equal((4L, 3L, 3L), (second.Batch.Epoch, second.Batch.FirstNumber, second.Batch.LastNumber));
        Assert.Equal(["4-3"], Frames.Ids(second.Batch.Frames));
        Assert.Null(_log.TakeBatch());
    }

    [Fact]
    public async Task A_run_waits_for_a_journal_that_is_far_behind()
    {
        var piece = new StepDeltaEvent { Index = 0, Delta = new TextDelta { Text = new string('x', 10_000) } };
        var appended = 0;
        Task waiting;
        do
        {
            waiting = _log.AppendAsync(piece, _lost.Token).AsTask();
            appended++;
        }
        while (waiting.IsCompleted && appended < 100);

        Assert.InRange(appended * 10_000, 200_000, 300_000);
        var batch = _log.TakeBatch()!.Batch;
        Assert.False(waiting.IsCompleted);
        _log.OnFlushed(batch, leaseHeld: true);

        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_log.AppendAsync(piece, _lost.Token).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_batch_does_not_change_while_more_is_appended()
    {
        await AppendAsync("a");
        var batch = _log.TakeBatch()!.Batch;
        var before = Frames.Text(batch.Frames);

        await AppendAsync([.. Enumerable.Repeat("more", 500)]);

        Assert.Equal(before, Frames.Text(batch.Frames));
    }

    [Fact]
    public async Task Durability_is_waited_for_until_the_batch_with_the_event_is_kept()
    {
        await AppendAsync("a", "b");
        var waiting = _log.WaitDurableAsync(2, default);
        var batch = _log.TakeBatch()!.Batch;
        await AppendAsync("c");
        var later = _log.WaitDurableAsync(3, default);
        Assert.False(waiting.IsCompleted);

        _log.OnFlushed(batch, leaseHeld: true);

        await waiting.OrTimeout("the first batch is durable");
        Assert.True(_log.WaitDurableAsync(1, default).IsCompletedSuccessfully);
        Assert.False(later.IsCompleted);

        _log.OnFlushed(_log.TakeBatch()!.Batch, leaseHeld: true);
        await later.OrTimeout("the second batch is durable");
    }

    [Fact]
    public async Task Who_waits_for_durability_may_leave()
    {
        await AppendAsync("a");
        using var leave = new CancellationTokenSource();
        var waiting = _log.WaitDurableAsync(1, leave.Token);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the waiting ends"));
    }

    [Fact]
    public async Task The_end_is_handed_out_with_what_the_journal_does_not_have_and_seen_only_afterwards()
    {
        await AppendAsync("a");
        _log.OnFlushed(_log.TakeBatch()!.Batch, leaseHeld: true);
        await AppendAsync("b");

        var closed = await _log.CloseAsync([new StepStopEvent { Index = 0 }, new StepStopEvent { Index = 1 }]);

        Assert.Equal((4L, 2L, 4L), (closed.Tail.Epoch, closed.Tail.FirstNumber, closed.Tail.LastNumber));
        Assert.Equal(["4-2", "4-3", "4-4"], Frames.Ids(closed.Tail.Frames));
        Assert.Equal(["4-3", "4-4"], Frames.Ids(closed.LastFrames));
        Assert.Equal(["4-1", "4-2"], Frames.Ids(Seen(_log.Feed)));

        _log.ShowLast(closed.LastFrames);

        Assert.Equal(["4-1", "4-2", "4-3", "4-4"], Frames.Ids(Seen(_log.Feed, isComplete: true)));
    }

    [Fact]
    public async Task After_the_close_nothing_is_left_for_the_batches()
    {
        await AppendAsync("a");

        await _log.CloseAsync([new StepStopEvent { Index = 0 }]);

        Assert.Null(_log.TakeBatch());
    }

    [Fact]
    public async Task A_close_waits_for_the_batch_in_flight_and_does_not_repeat_it()
    {
        await AppendAsync("a");
        var inFlight = _log.TakeBatch()!.Batch;
        await AppendAsync("b");

        var closing = _log.CloseAsync([new StepStopEvent { Index = 0 }]);
        Assert.False(closing.IsCompleted);

        _log.OnFlushed(inFlight, leaseHeld: true);
        var closed = await closing.OrTimeout("the log closes");

        Assert.Equal(["4-2", "4-3"], Frames.Ids(closed.Tail.Frames));
    }

    [Fact]
    public async Task A_lost_lease_stops_the_run_and_everybody_who_waits()
    {
        await AppendAsync("a");
        var waiting = _log.WaitDurableAsync(1, default);

        _log.OnFlushed(_log.TakeBatch()!.Batch, leaseHeld: false);

        Assert.True(_lost.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the waiting ends"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _log.CloseAsync([]).OrTimeout("the closing ends"));
    }

    [Fact]
    public async Task A_lease_that_is_lost_while_the_log_closes_ends_the_closing()
    {
        await AppendAsync("a");
        var batch = _log.TakeBatch()!.Batch;
        var closing = _log.CloseAsync([new StepStopEvent { Index = 0 }]);

        _log.OnFlushed(batch, leaseHeld: false);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing.OrTimeout("the closing ends"));
    }

    [Fact]
    public async Task A_journal_that_fails_stops_the_run()
    {
        await AppendAsync("a");
        _log.TakeBatch();
        var waiting = _log.WaitDurableAsync(1, default);

        _log.OnFlushFailed();

        Assert.True(_lost.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the waiting ends"));
    }

    [Fact]
    public async Task A_log_that_has_lost_a_batch_writes_no_more()
    {
        await AppendAsync("a");
        _log.TakeBatch();
        _log.OnFlushFailed();

        await AppendAsync("b");

        Assert.Null(_log.TakeBatch());
    }

    [Fact]
    public async Task A_batch_that_comes_back_after_its_run_has_gone_harms_nobody()
    {
        await AppendAsync("a");
        var batch = _log.TakeBatch()!.Batch;
        _log.Abandon();
        _lost.Dispose();

        _log.OnFlushed(batch, leaseHeld: false);
        _log.OnFlushFailed();

        Assert.Equal(["4-1"], Frames.Ids(Seen(_log.Feed, isComplete: true)));
    }

    [Fact]
    public async Task An_abandoned_log_completes_its_feed_and_writes_no_more()
    {
        await AppendAsync("a");

        _log.Abandon();

        Seen(_log.Feed, isComplete: true);
        Assert.Null(_log.TakeBatch());
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_leaves_nothing_of_itself()
    {
        await AppendAsync("a");
        using var deep = JsonDocument.Parse(string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200)), new JsonDocumentOptions { MaxDepth = 300 });
        var unwritable = new StepStartEvent { Index = 0, Step = new UnknownStep("strange", deep.RootElement) };

        await Assert.ThrowsAnyAsync<Exception>(() => _log.AppendAsync(unwritable, default).AsTask());
        await AppendAsync("b");

        Assert.Equal(["4-1", "4-2"], Frames.Ids(_log.TakeBatch()!.Batch.Frames));
        Assert.Equal(["4-1", "4-2"], Frames.Ids(Seen(_log.Feed)));
    }

    [Fact]
    public async Task Without_a_journal_events_count_from_one_and_everything_is_as_durable_as_it_gets()
    {
        var log = new EventLog(_lost);
        await log.AppendAsync(Frames.Delta("a"), default);
        await log.WaitDurableAsync(1, default).OrTimeout("nothing is waited for");

        var closed = await log.CloseAsync([new StepStopEvent { Index = 0 }]);
        log.ShowLast(closed.LastFrames);

        Assert.Equal(["1-1", "1-2"], Frames.Ids(Seen(log.Feed, isComplete: true)));
    }

    [Fact]
    public async Task Without_a_journal_the_run_waits_for_its_reader_and_its_end_does_not()
    {
        var log = new EventLog(_lost);
        using var stop = new CancellationTokenSource();
        var block = new string('x', 1024);
        var appending = Task.CompletedTask;
        for (var i = 0; i < EventFeed.Bound / 1024 && appending.IsCompleted; i++)
        {
            appending = log.AppendAsync(Frames.Delta(block), stop.Token).AsTask();
        }

        Assert.False(appending.IsCompleted); // nobody reads
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => appending.OrTimeout("the run stops"));

        // What ends the run cannot be stopped, and so it may not wait either.
        await log.AppendAsync(new StepStopEvent { Index = 0 }, CancellationToken.None).AsTask().OrTimeout("the step is cut");
    }

    private async Task AppendAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await _log.AppendAsync(Frames.Delta(text), default);
        }
    }

    private ValueTask StopAsync(int index) => _log.AppendAsync(new StepStopEvent { Index = index }, default);

    private ValueTask StartAsync(int index) => _log.AppendAsync(new StepStartEvent { Index = index, Step = new ThoughtStep() }, default);

    private static ReadOnlyMemory<byte> Seen(EventFeed feed, bool isComplete = false)
    {
        Assert.True(feed.TryOpen(0, out var offset));
        feed.TryRead(ref offset, out _, out var frames);
        Assert.Equal(isComplete ? FeedRead.Complete : FeedRead.Nothing, feed.TryRead(ref offset, out _, out _));
        return frames;
    }
}
