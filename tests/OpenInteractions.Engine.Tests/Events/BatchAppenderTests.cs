using System.Collections.Concurrent;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>A store that fails: what is only delayed, who stops, and who does not. Leases last 30 seconds, so that it is tried for 24.</summary>
[Rule("SM-5")]
public sealed class BatchAppenderTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MemoryJournal _journal = new();
    private readonly List<CancellationTokenSource> _lost = [];
    private readonly EngineInstruments _instruments = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private readonly JournalWriter _writer;
    private readonly BatchAppender _appender;

    public BatchAppenderTests()
    {
        var readers = new ForeignReaders(new SingleNode(), _time);
        _appender = SampleJournal.Appender(_journal, readers, _instruments, _time);
        _writer = new JournalWriter(_appender, readers, _time);
    }

    public Task InitializeAsync() => _writer.StartAsync(default);

    public Task DisposeAsync() => _writer.StopAsync(default).OrTimeout("the writer stops");

    public void Dispose()
    {
        _writer.Dispose();
        _instruments.Dispose();
        _lost.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_stops_nobody_and_readers_go_on_meanwhile()
    {
        _journal.Failure = new StoreUnavailableException("The database restarts.");
        var (first, second) = (NewLog("int_1"), NewLog("int_2"));
        await first.AppendAsync(Frames.Delta("a"), default);
        await second.AppendAsync(Frames.Delta("b"), default);
        var durable = Task.WhenAll(first.WaitDurableAsync(1, default), second.WaitDurableAsync(1, default));
        await PauseAsync(BatchAppender.FirstPause);
        await PauseAsync(BatchAppender.FirstPause * 2);
        await first.AppendAsync(Frames.Delta("c"), default);
        var offset = 0L;
        Assert.Equal(FeedRead.Frames, first.Feed.TryRead(ref offset, out var shown, out _));
        Assert.Equal(2, shown);
        await _time.TimerAsync(BatchAppender.FirstPause * 4, "the third pause");
        Assert.Equal(2, _instruments.Delayed);
        Assert.False(durable.IsCompleted);

        _journal.Failure = null;
        _time.Advance(BatchAppender.FirstPause * 4);
        await durable.OrTimeout("the events are durable");
        await first.WaitDurableAsync(2, default).OrTimeout("what came meanwhile is durable");

        Assert.All(_lost, l => Assert.False(l.IsCancellationRequested));
        Assert.Equal([(1L, 1L), (2L, 2L)], _journal.BatchesOf("int_1").Select(b => (b.FirstNumber, b.LastNumber)));
        Assert.Equal(["1-1"], Frames.Ids(Assert.Single(_journal.BatchesOf("int_2")).Frames));
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_there_once()
    {
        var isWritten = false;
        _journal.Fails = appends =>
        {
            if (isWritten)
            {
                return null;
            }

            isWritten = true;
            _journal.Put(appends[0].Lease.RunId, appends[0].Batch);
            return new StoreUnavailableException("The connection broke behind the commit.");
        };
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        var durable = log.WaitDurableAsync(1, default);
        await PauseAsync(BatchAppender.FirstPause);

        await durable.OrTimeout("the event is durable");

        Assert.Single(_journal.BatchesOf("int_1"));
    }

    [Fact]
    public async Task A_run_that_was_taken_over_while_the_store_was_away_stops_alone()
    {
        _journal.Failure = new StoreUnavailableException("The database restarts.");
        var (taken, held) = (NewLog("int_taken"), NewLog("int_held"));
        await taken.AppendAsync(Frames.Delta("a"), default);
        await held.AppendAsync(Frames.Delta("a"), default);
        var (lost, durable) = (taken.WaitDurableAsync(1, default), held.WaitDurableAsync(1, default));
        await _time.TimerAsync(BatchAppender.FirstPause, "the first pause");
        _journal.Lose("int_taken");
        _journal.Failure = null;
        _time.Advance(BatchAppender.FirstPause);

        await durable.OrTimeout("the event of the other is durable");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost.OrTimeout("the answer of the journal"));

        Assert.Equal([true, false], _lost.Select(l => l.IsCancellationRequested));
        Assert.Equal(1, _instruments.LeasesLost["fenced"]);
        await held.AppendAsync(Frames.Delta("b"), default);
        await held.WaitDurableAsync(2, default).OrTimeout("the next append");
        Assert.Equal(0, _instruments.Delayed);
    }

    [Fact]
    public async Task A_store_that_stays_away_stops_the_runs_before_their_leases_are_over()
    {
        _journal.Failure = new StoreUnavailableException("The database is gone.");
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        var durable = log.WaitDurableAsync(1, default);
        var passed = TimeSpan.Zero;
        for (var pause = BatchAppender.FirstPause; passed < _appender.Patience; pause = pause < BatchAppender.LongestPause / 2 ? pause * 2 : BatchAppender.LongestPause)
        {
            await PauseAsync(pause);
            passed += pause;
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => durable.OrTimeout("the writer gives up"));
        await log.AppendAsync(Frames.Delta("b"), default); // the model has not heard yet that nobody listens any more

        Assert.True(_lost[0].IsCancellationRequested);
        Assert.InRange(passed, TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(25.5));
        Assert.InRange(_instruments.JournalFailures["unavailable"], 25, 32);
        Assert.Equal(1, _instruments.JournalFailures["given_up"]);
        _journal.Failure = null;
        var next = NewLog("int_2");
        await next.AppendAsync(Frames.Delta("a"), default);
        await next.WaitDurableAsync(1, default).OrTimeout("the next run's event is durable");
        Assert.Empty(_journal.BatchesOf("int_1")); // an event without the one before it would be a gap for every reader, and nobody else owns the run yet
    }

    [Fact]
    [Rule("BG-5")]
    public async Task What_follows_a_batch_that_was_dropped_with_its_lease_is_not_written_though_the_store_would_take_it()
    {
        _journal.Failure = new StoreUnavailableException("The database is gone.");
        var (lost, other) = (NewLog("int_lost"), NewLog("int_other"));
        await lost.AppendAsync(Frames.Delta("a"), default);
        _writer.Hurry();
        await _time.TimerAsync(BatchAppender.FirstPause, "the first pause");
        lost.OnLeaseLost(); // this node could not renew it in time; in the store it is still held
        await lost.AppendAsync(Frames.Delta("b"), default);

        _journal.Failure = null;
        _time.Advance(BatchAppender.FirstPause);
        await other.AppendAsync(Frames.Delta("a"), default);
        await other.WaitDurableAsync(1, default).OrTimeout("the event of the other is durable");

        Assert.DoesNotContain(_journal.BatchesOf("int_lost"), b => b.FirstNumber > 1);
    }

    [Fact]
    public async Task Who_has_lost_his_lease_waits_for_no_store()
    {
        _journal.Failure = new StoreUnavailableException("The database is gone.");
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        _writer.Hurry();
        await _time.TimerAsync(BatchAppender.FirstPause, "the first pause");
        var closing = log.CloseAsync([new StepStopEvent { Index = 0 }]);

        log.OnLeaseLost();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing.OrTimeout("the end of a run that is not its own any more"));
    }

    [Fact]
    public async Task A_server_that_stops_waits_for_no_store()
    {
        _journal.Failure = new StoreUnavailableException("The database is gone.");
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        var durable = log.WaitDurableAsync(1, default);
        await _time.TimerAsync(BatchAppender.FirstPause, "the first pause");

        await _writer.StopAsync(default).OrTimeout("the writer stops while the clock stands still");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => durable.OrTimeout("the run is told"));
    }

    [Fact]
    public async Task A_run_whose_event_is_not_taken_stops_alone_and_no_number_is_missing()
    {
        _journal.Fails = appends => appends.Any(a => a.Batch.Frames.Length > 5000) ? new InvalidOperationException("too large") : null;
        var (large, small) = (NewLog("int_large"), NewLog("int_small"));
        await large.AppendAsync(new StepStartEvent { Index = 0, Step = new ModelOutputStep { Content = [] } }, default);
        await large.AppendAsync(new StepStopEvent { Index = 0 }, default);
        await large.WaitDurableAsync(2, default).OrTimeout("the first step is durable");
        await large.AppendAsync(new StatusUpdateEvent { InteractionId = "int_large", Status = InteractionStatus.InProgress }, default);
        await large.AppendAsync(new StepStartEvent { Index = 1, Step = new ModelOutputStep { Content = [] } }, default);
        await large.AppendAsync(Frames.Delta(new string('x', 6000), index: 1), default);
        await small.AppendAsync(Frames.Delta("a"), default);

        await small.WaitDurableAsync(1, default).OrTimeout("the event of the other is durable");
        await large.WaitDurableAsync(5, default).OrTimeout("what stands in the place of the events");

        await large.AppendAsync(Frames.Delta("more", index: 1), default); // before the run has heard of it
        await large.WaitDurableAsync(6, default).OrTimeout("what came besides");
        Assert.Equal(["int_large"], _refused);
        Assert.All(_lost, l => Assert.False(l.IsCancellationRequested));
        Assert.Equal(["1-1", "1-2", "1-3", "1-4", "1-5", "1-6"], _journal.BatchesOf("int_large").SelectMany(b => Frames.Ids(b.Frames)));
        Assert.All(_journal.BatchesOf("int_large").Skip(1).SelectMany(b => EventFrame.ReadAll(b.Frames)), e => Assert.IsType<StatusUpdateEvent>(e));
        Assert.Equal(1, large.TakeRefusal());
        Assert.Null(large.TakeRefusal());
    }

    [Fact]
    public async Task A_run_of_which_nothing_is_taken_stops_as_one_whose_lease_is_lost()
    {
        _journal.Fails = appends => appends.Any(a => a.Lease.RunId == "int_1") ? new InvalidOperationException("no") : null;
        var (none, other) = (NewLog("int_1"), NewLog("int_2"));
        await none.AppendAsync(Frames.Delta("a"), default);
        await other.AppendAsync(Frames.Delta("a"), default);

        await other.WaitDurableAsync(1, default).OrTimeout("the event of the other is durable");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => none.WaitDurableAsync(1, default).OrTimeout("the second refusal"));

        Assert.Equal([true, false], _lost.Select(l => l.IsCancellationRequested));
    }

    [Fact]
    public async Task An_end_that_waits_for_an_event_that_is_not_taken_is_told_and_made_anew()
    {
        _journal.Fails = appends => appends.Any(a => a.Batch.Frames.Length > 5000) ? new InvalidOperationException("too large") : null;
        var gate = _journal.Gate = new Testing.Vendors.Gate();
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta(new string('x', 6000)), default);
        _writer.Hurry();
        await gate.Reached.OrTimeout("the append begins");
        var closing = log.CloseAsync([new StepStopEvent { Index = 0 }]);
        _journal.Gate = null;
        gate.Open();
        await Assert.ThrowsAsync<EventRefusedException>(() => closing.OrTimeout("the answer of the journal"));

        Assert.Equal(0, log.TakeRefusal());
        var closed = await log.CloseAsync([new StepStopEvent { Index = 0 }]).OrTimeout("the second end");

        Assert.Equal("1-2", Frames.Ids(closed.Tail.Frames)[^1]);
    }

    [Fact]
    public async Task On_a_full_disk_what_fits_is_kept_and_the_rest_waits()
    {
        _journal.Fails = appends => appends.Sum(a => a.Batch.Frames.Length) > 5000 ? new StoreUnavailableException("The disk is full.") { IsFull = true } : null;
        var (large, small) = (NewLog("int_large"), NewLog("int_small"));
        await large.AppendAsync(Frames.Delta(new string('x', 6000)), default);
        await small.AppendAsync(Frames.Delta("a"), default);
        var waits = large.WaitDurableAsync(1, default);

        await small.WaitDurableAsync(1, default).OrTimeout("what fits is durable");
        await _time.TimerAsync(BatchAppender.FirstPause, "the first pause");
        Assert.False(waits.IsCompleted);
        _journal.Fails = null;
        _time.Advance(BatchAppender.FirstPause);
        await waits.OrTimeout("there is room");

        Assert.All(_lost, l => Assert.False(l.IsCancellationRequested));
    }

    [Fact]
    public async Task An_end_that_was_not_kept_is_taken_back_and_its_numbers_are_given_again()
    {
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        var first = await log.CloseAsync([new StepStopEvent { Index = 0 }, new StepStopEvent { Index = 0 }]);

        log.Reopen(first);
        await log.AppendAsync(Frames.Delta("b"), default);
        var second = await log.CloseAsync([new StepStopEvent { Index = 0 }]);

        Assert.Equal(["1-1", "1-2", "1-3"], Frames.Ids(first.Tail.Frames));
        Assert.Equal(["1-1", "1-2", "1-3"], Frames.Ids(second.Tail.Frames));
        Assert.Equal(["1-3"], Frames.Ids(second.LastFrames));
    }

    private EventLog NewLog(string id)
    {
        _lost.Add(new CancellationTokenSource());
        return new EventLog(new RunLease(id, "node", 1), _writer, _lost[^1]) { Refused = () => _refused.Enqueue(id) };
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        await _time.TimerAsync(pause, $"a pause of {pause}");
        _time.Advance(pause);
    }
}
