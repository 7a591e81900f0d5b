using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Calls between nodes through the database.</summary>
public sealed class SignalsTests
{
    private static readonly NodeSignal Missed = new(NodeSignalKind.Missed);

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_call_is_heard_by_the_others_and_not_by_the_caller()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await using var c = database.Open();
        var (byA, byB, byC) = (await ListenAsync(a.Signals), await ListenAsync(b.Signals), await ListenAsync(c.Signals));

        a.Signals.Send(new NodeSignal(NodeSignalKind.EventsWritten, Id(1)));
        Assert.Equal(new NodeSignal(NodeSignalKind.EventsWritten, Id(1)), await NextAsync(byB));
        Assert.Equal(new NodeSignal(NodeSignalKind.EventsWritten, Id(1)), await NextAsync(byC));

        b.Signals.Send(new NodeSignal(NodeSignalKind.RunsQueued));
        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(byA)); // and not its own
        Assert.True(a.Signals.IsListening && b.Signals.IsListening);
    }

    [Fact]
    public async Task Calls_about_many_runs_arrive_whole_and_once()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await ListenAsync(a.Signals);
        var heard = await ListenAsync(b.Signals);
        var runs = Enumerable.Range(0, 2000).Select(Id).ToHashSet();

        foreach (var run in runs)
        {
            a.Signals.Send(new NodeSignal(NodeSignalKind.RunFollowed, run));
        }

        for (var left = runs.ToHashSet(); left.Count > 0;)
        {
            Assert.True(left.Remove((await NextAsync(heard)).RunId));
        }
    }

    [Fact]
    public async Task A_listener_whose_connection_breaks_comes_back_by_itself_and_says_that_it_may_have_missed_something()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await ListenAsync(a.Signals);
        var heard = await ListenAsync(b.Signals);

        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
        Assert.Equal(Missed, await NextAsync(heard));
        a.Signals.Send(new NodeSignal(NodeSignalKind.CancelRequested));

        Assert.Equal(new NodeSignal(NodeSignalKind.CancelRequested), await NextAsync(heard));
    }

    [Fact]
    public async Task A_call_that_the_server_refuses_is_lost_and_the_next_one_is_not()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        var log = new LostCalls();
        await using var a = database.Open(logger: log);
        await using var b = database.Open();
        await ListenAsync(a.Signals);
        var heard = await ListenAsync(b.Signals);

        a.Signals.Send(new NodeSignal(NodeSignalKind.RunFollowed, new string('x', 8000))); // longer than a notification may be
        await log.First.OrTimeout("the call is refused");
        a.Signals.Send(new NodeSignal(NodeSignalKind.RunsQueued));

        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(heard));
    }

    [Fact]
    public async Task The_queue_calls_out_what_concerns_other_nodes_and_nothing_else()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await ListenAsync(a.Signals);
        var heard = await ListenAsync(b.Signals);

        var lease = (await a.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value; // starts where it was accepted
        await a.Runs.InsertAsync(Queued(2), Run(), null, Ttl, Cancel);
        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(heard));

        await a.Runs.CancelAsync(Project, Id(2), Outcome(InteractionStatus.Cancelled), [], Cancel);
        Assert.Equal(new NodeSignal(NodeSignalKind.RunEnded, Id(2)), await NextAsync(heard));

        await a.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [], Cancel);
        Assert.Equal(new NodeSignal(NodeSignalKind.CancelRequested), await NextAsync(heard));

        await a.Runs.ReleaseAsync(lease, Cancel);
        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(heard));

        await a.Runs.ReleaseAsync(lease, Cancel); // no longer its own
        await a.Runs.InsertOnceAsync(Queued(3), Run(), new IdempotencyMark("key", "body"), null, Ttl, Cancel);
        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(heard));
        await a.Runs.InsertOnceAsync(Queued(4), Run(), new IdempotencyMark("key", "body"), null, Ttl, Cancel);
        a.Signals.Send(new NodeSignal(NodeSignalKind.RunEnded, "last"));
        Assert.Equal("last", (await NextAsync(heard)).RunId);
    }

    [Fact]
    public async Task What_was_handed_over_while_a_node_closes_is_called_out_still()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        var a = database.Open();
        await using var b = database.Open();
        await ListenAsync(a.Signals);
        var heard = await ListenAsync(b.Signals);

        a.Signals.Send(new NodeSignal(NodeSignalKind.RunsQueued));
        await a.DisposeAsync();

        Assert.Equal(new NodeSignal(NodeSignalKind.RunsQueued), await NextAsync(heard));
    }

    private static async Task<ChannelReader<NodeSignal>> ListenAsync(INodeSignals signals)
    {
        var heard = Channel.CreateUnbounded<NodeSignal>();
        signals.Listen(signal => heard.Writer.TryWrite(signal));
        Assert.Equal(Missed, await NextAsync(heard.Reader)); // from here on nothing is missed
        return heard.Reader;
    }

    private static Task<NodeSignal> NextAsync(ChannelReader<NodeSignal> heard) => heard.ReadAsync().AsTask().OrTimeout("a call");

    /// <summary>Tells of the first call that could not be made.</summary>
    private sealed class LostCalls : ILogger
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task First => _first.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null)
            {
                _first.TrySetResult();
            }
        }
    }
}
