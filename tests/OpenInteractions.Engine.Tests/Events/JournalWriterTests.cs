using OpenInteractions.Contracts.Events;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class JournalWriterTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MemoryJournal _journal = new();
    private readonly List<CancellationTokenSource> _lost = [];
    private readonly RecordedSignals _signals = new();
    private readonly ForeignReaders _readers;
    private readonly JournalWriter _writer;

    public JournalWriterTests()
    {
        _readers = new ForeignReaders(_signals, _time);
        _writer = SampleJournal.Over(_journal, _readers, _time);
    }

    public Task InitializeAsync() => _writer.StartAsync(default);

    public Task DisposeAsync() => _writer.StopAsync(default).OrTimeout("the writer stops");

    public void Dispose()
    {
        _writer.Dispose();
        _lost.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task The_events_of_many_runs_are_one_commit()
    {
        var logs = Enumerable.Range(0, 50).Select(i => NewLog($"int_{i}")).ToArray();
        foreach (var log in logs)
        {
            await log.AppendAsync(Frames.Delta("a"), default);
            await log.AppendAsync(Frames.Delta("b"), default);
        }

        await PassIntervalAsync();
        await _journal.CommitsAsync(1);

        Assert.Equal(50, Assert.Single(_journal.Commits).Count);
        Assert.All(_journal.Commits[0], a => Assert.Equal(["1-1", "1-2"], Frames.Ids(a.Batch.Frames)));
    }

    [Fact]
    public async Task Without_hurry_nothing_is_kept_before_the_interval_is_over()
    {
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        await _time.TimerAsync(JournalWriter.Interval, "the end of the interval");
        _time.Advance(JournalWriter.Interval - TimeSpan.FromMilliseconds(1));
        await log.AppendAsync(Frames.Delta("b"), default);
        Assert.Empty(_journal.Commits);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _journal.CommitsAsync(1);

        Assert.Equal(2, _journal.Commits[0][0].Batch.LastNumber);
    }

    [Fact]
    public async Task Who_waits_for_durability_is_served_at_once()
    {
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);

        await log.WaitDurableAsync(1, default).OrTimeout("the event is durable while the clock stands still");

        Assert.Equal(["1-1"], Frames.Ids(Assert.Single(_journal.BatchesOf("int_1")).Frames));
    }

    [Fact]
    public async Task Much_that_waits_is_hurried()
    {
        var log = NewLog("int_1");
        for (var i = 0; i < 70; i++)
        {
            await log.AppendAsync(Frames.Delta(new string('x', 1024)), default);
        }

        await _journal.CommitsAsync(1);
    }

    [Fact]
    public async Task What_comes_while_a_commit_is_made_goes_into_the_next()
    {
        var gate = _journal.Gate = new Gate();
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        var first = log.WaitDurableAsync(1, default);
        await gate.Reached.OrTimeout("the first commit");
        await log.AppendAsync(Frames.Delta("b"), default);
        await log.AppendAsync(Frames.Delta("c"), default);
        var second = log.WaitDurableAsync(3, default);
        _journal.Gate = null;

        gate.Open();
        await Task.WhenAll(first, second).OrTimeout("both commits");

        Assert.Equal([(1L, 1L), (2L, 3L)], _journal.BatchesOf("int_1").Select(b => (b.FirstNumber, b.LastNumber)));
    }

    [Fact]
    public async Task A_lost_lease_stops_its_own_run_only()
    {
        _journal.Lose("int_lost");
        var (lost, held) = (NewLog("int_lost"), NewLog("int_held"));
        await lost.AppendAsync(Frames.Delta("a"), default);
        await held.AppendAsync(Frames.Delta("a"), default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost.WaitDurableAsync(1, default).OrTimeout("the answer of the journal"));
        await held.WaitDurableAsync(1, default).OrTimeout("the event is durable");

        Assert.Equal([true, false], _lost.Select(l => l.IsCancellationRequested));
    }

    [Fact]
    public async Task A_run_that_ended_while_its_last_batch_was_refused_stops_neither_the_writer_nor_others()
    {
        var gate = _journal.Gate = new Gate();
        _journal.Lose("int_gone");
        var gone = NewLog("int_gone");
        await gone.AppendAsync(Frames.Delta("a"), default);
        _writer.Hurry();
        await gate.Reached.OrTimeout("the commit begins");
        gone.Abandon();
        _lost[0].Dispose(); // as the run does when it has ended
        _journal.Gate = null;
        gate.Open();

        var next = NewLog("int_next");
        await next.AppendAsync(Frames.Delta("a"), default);
        await next.WaitDurableAsync(1, default).OrTimeout("the event is durable");

        Assert.False(_writer.ExecuteTask!.IsCompleted);
        Assert.False(_lost[1].IsCancellationRequested);
    }

    [Fact]
    public async Task A_closed_log_is_left_out()
    {
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        await log.CloseAsync([new StepStopEvent { Index = 0 }]);
        var other = NewLog("int_2");
        await other.AppendAsync(Frames.Delta("a"), default);

        await other.WaitDurableAsync(1, default).OrTimeout("the event is durable");

        Assert.Equal("int_2", Assert.Single(Assert.Single(_journal.Commits)).Lease.RunId);
    }

    [Fact]
    public async Task A_run_that_is_followed_from_another_node_goes_ahead_of_the_rest_and_is_called_out()
    {
        var (followed, other) = (NewLog("int_followed"), NewLog("int_other"));
        _readers.Note("int_followed");
        await other.AppendAsync(Frames.Delta("a"), default);
        await followed.AppendAsync(Frames.Delta("a"), default);
        await _journal.CommitsAsync(1);
        await _signals.SentAsync(1);

        // The next comes too soon after the first, and waits for its turn; the other still waits for the interval.
        await followed.AppendAsync(Frames.Delta("b"), default);
        await _time.TimerAsync(JournalWriter.FollowedInterval, "the turn of followed runs");
        _time.Advance(JournalWriter.FollowedInterval);
        await _journal.CommitsAsync(2);
        await _time.TimerAsync(JournalWriter.Interval - JournalWriter.FollowedInterval, "the rest of the interval");
        Assert.Empty(_journal.BatchesOf("int_other"));
        _time.Advance(JournalWriter.Interval - JournalWriter.FollowedInterval);
        await _journal.CommitsAsync(3);

        Assert.Equal(["int_followed", "int_followed", "int_other"], _journal.Commits.Select(c => Assert.Single(c).Lease.RunId));
        await _signals.SentAsync(2);
        Assert.All(_signals.Sent, s => Assert.Equal(new NodeSignal(NodeSignalKind.EventsWritten, "int_followed"), s));
    }

    [Fact]
    public async Task Who_begins_to_follow_gets_what_waits_for_the_journal()
    {
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        await _time.TimerAsync(JournalWriter.Interval, "the end of the interval");

        _readers.Note("int_1");
        _writer.HurryFollowed();

        await _journal.CommitsAsync(1);
    }

    [Fact]
    public async Task A_batch_that_was_refused_is_not_called_out()
    {
        _journal.Lose("int_1");
        _readers.Note("int_1");
        var log = NewLog("int_1");
        await log.AppendAsync(Frames.Delta("a"), default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.WaitDurableAsync(1, default).OrTimeout("the answer of the journal"));
        var next = NewLog("int_2");
        await next.AppendAsync(Frames.Delta("a"), default);
        await next.WaitDurableAsync(1, default).OrTimeout("the event is durable");

        Assert.Empty(_signals.Sent);
    }

    private EventLog NewLog(string id)
    {
        _lost.Add(new CancellationTokenSource());
        return new EventLog(new RunLease(id, "node", 1), _writer, _lost[^1]);
    }

    private async Task PassIntervalAsync()
    {
        await _time.TimerAsync(JournalWriter.Interval, "the end of the interval");
        _time.Advance(JournalWriter.Interval);
    }
}
