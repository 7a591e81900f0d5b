using System.Collections.Concurrent;
using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Several nodes over one database.</summary>
public sealed class ManyNodesTests
{
    private const int Runs = 1000;

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_thousand_runs_that_two_nodes_claim_at_once_go_to_one_each()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await Task.WhenAll(Enumerable.Range(0, Runs).Select(number => a.Runs.InsertAsync(Queued(number), Run(), null, Ttl, Cancel)));

        var ended = new ConcurrentBag<string>();
        await Task.WhenAll(new[] { (a, "a"), (b, "b") }.SelectMany(node => Enumerable.Range(0, 2).Select(worker => Task.Run(async () =>
        {
            var (storage, name) = node;
            while (await storage.Runs.ClaimAsync($"{name}{worker}", Ttl, 16, Cancel) is { Count: > 0 } claimed)
            {
                await Task.WhenAll(claimed.Select(async run =>
                {
                    Assert.Equal((1, 0), (run.Lease.Epoch, run.TakeOvers));
                    Assert.True(await storage.Runs.FinishAsync(run.Lease, Outcome(), [Batch(1, 1, 3)], Cancel));
                    ended.Add(run.Lease.RunId);
                }));
            }
        })))).OrTimeout("an empty queue");

        Assert.Equal(Runs, ended.Count);
        Assert.Equal(Runs, ended.Distinct().Count());
        Assert.Equal((0, 0), await b.Runs.CountAsync(Cancel));
        Assert.Equal((long)Runs, await database.QueryAsync("SELECT count(*) FROM interactions WHERE status = 'completed'"));
    }

    [Fact]
    public async Task Nodes_that_ask_for_a_key_at_once_have_the_same_one()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();

        var keys = await Task.WhenAll(Enumerable.Range(1, 16).Select(own => Task.Run(() => (own % 2 == 0 ? a : b).Keys.Agree("some", [(byte)own])))).OrTimeout("16 keys");

        var agreed = Assert.Single(keys.Select(k => Assert.Single(k)).Distinct());
        Assert.InRange(agreed, 1, 16);
        Assert.Equal([agreed], b.Keys.Agree("some", [99]));
        Assert.Equal([99], b.Keys.Agree("another", [99]));
    }

    [Fact]
    public async Task A_node_that_stands_still_in_the_middle_of_a_claim_does_not_keep_the_others_from_claiming()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        await a.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        using var still = new HeldGate();
        using var open = new HeldGate();
        open.LetGo();

        var stopped = Task.Run(() => a.Runs.ClaimAsync("a", Ttl, 1, new ClaimRules(Ttl, still), Cancel));
        await still.Reached.OrTimeout("a has counted what runs, and nobody else may");
        var claimed = await b.Runs.ClaimAsync("b", Ttl, 1, new ClaimRules(Ttl, open), Cancel).OrTimeout("the claim of b");
        still.LetGo();

        Assert.Equal(Id(1), Assert.Single(claimed).Lease.RunId);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => stopped.OrTimeout("the end of a's claim"));
    }

    [Fact]
    [Rule("ER-7")]
    public async Task A_claim_that_others_are_ahead_of_holds_no_more_places_than_it_wants_runs_and_finds_what_is_behind_them()
    {
        await using var database = await NewDatabaseAsync();
        await using var node = database.Open();
        for (var number = 1; number <= 9; number++)
        {
            var isAbandoned = number <= 3;
            var interaction = (isAbandoned ? Running(number) : Queued(number)) with { Project = $"p{number}" };
            await node.Runs.InsertAsync(interaction, Run(), isAbandoned ? "dead" : null, TimeSpan.Zero, Cancel);
        }

        await using var other = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var connection = await other.OpenConnectionAsync();
        await using var claiming = await connection.BeginTransactionAsync();
        await using (var rows = new NpgsqlCommand($"SELECT id FROM runs WHERE id < '{Id(9)}' FOR NO KEY UPDATE", connection, claiming))
        {
            await rows.ExecuteNonQueryAsync();
        }

        var gate = new CountedGate();
        var claimed = await node.Runs.ClaimAsync("node-a", Ttl, 2, new ClaimRules(Ttl, gate), Cancel);

        Assert.Equal([Id(9)], claimed.Select(run => run.Lease.RunId));
        Assert.InRange(gate.Most, 1, 2);
        Assert.Equal(1, gate.Entered);
    }

    [Fact]
    public async Task What_one_node_has_kept_the_other_reads_runs_and_cancels()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();

        var lease = (await a.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;
        await a.Journal.AppendAsync([new(lease, Batch(1, 1, 3))], Cancel);
        SameList([Batch(1, 1, 3)], await b.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));

        Assert.Equal(CancelResult.Requested, await b.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [], Cancel));
        Assert.Equal([lease], await a.Runs.FindCancelledAsync([lease], Cancel));

        Assert.True(await a.Runs.ReleaseAsync(lease, Cancel));
        var taken = Assert.Single(await b.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
        Assert.Equal(new RunLease(Id(1), "node-b", 2), taken.Lease);
        Assert.False(await a.Runs.FinishAsync(lease, Outcome(), [], Cancel));
    }

    [Fact]
    public async Task An_owner_that_writes_while_another_claims_is_waited_for_or_refused()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();
        var over = TimeSpan.Zero; // whoever looks finds the lease over

        for (var number = 0; number < 30; number++)
        {
            var lease = (await a.Runs.InsertAsync(Running(number), Run(), "node-a", over, Cancel))!.Value;
            var append = a.Journal.AppendAsync([new(lease, Batch(1, 1, 1))], Cancel);
            IReadOnlyList<ClaimedRun> claimed;
            do
            {
                claimed = await b.Runs.ClaimAsync("node-b", Ttl, 10, Cancel);
            }
            while (claimed.Count == 0);

            // What the new owner finds now is all that there will ever be of the old one.
            var found = await b.Journal.ReadAsync(Project, Id(number), default, 10, Cancel);
            var isKept = Assert.Single(await append);
            Assert.Equal(isKept ? 1 : 0, found.Count);
        }
    }

    [Fact]
    public async Task A_delete_and_an_append_at_once_leave_no_events_behind()
    {
        await using var database = await NewDatabaseAsync();
        await using var a = database.Open();
        await using var b = database.Open();

        for (var number = 0; number < 30; number++)
        {
            var lease = (await a.Runs.InsertAsync(Running(number), Run(), "node-a", Ttl, Cancel))!.Value;
            await Task.WhenAll(
                a.Journal.AppendAsync([new(lease, Batch(1, 1, 1))], Cancel),
                b.Interactions.DeleteAsync(Project, Id(number), Cancel));
            Assert.True(await a.Runs.FinishAsync(lease, Outcome(), [Batch(1, 1, 1)], Cancel));
        }

        Assert.Equal(0L, await database.QueryAsync("SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM runs)"));
    }

    [Fact]
    public async Task Nodes_that_claim_cancel_delete_and_end_the_same_runs_do_not_stand_in_each_others_way()
    {
        await using var database = await NewDatabaseAsync();
        var nodes = Enumerable.Range(0, 3).Select(_ => database.Open(adjust: options => options.MaxConnections = 8)).ToArray();
        var root = Finished(0);
        await nodes[0].Interactions.InsertFinishedAsync(root, Cancel);
        await Task.WhenAll(Enumerable.Range(1, 300).Select(number =>
            nodes[number % 3].Runs.InsertAsync(Queued(number, number % 5 == 0 ? root : Finished(number - 1, root)), Run(), null, TimeSpan.Zero, Cancel)));

        await Task.WhenAll(nodes.SelectMany((node, at) => new[]
        {
            Task.Run(async () =>
            {
                for (var round = 0; round < 40; round++)
                {
                    // Leases that are over at once: the nodes take from each other all the time.
                    var leases = (await node.Runs.ClaimAsync($"node-{at}", TimeSpan.Zero, 20, Cancel)).Select(run => run.Lease).ToArray();
                    await node.Runs.RenewAsync(leases, TimeSpan.Zero, Cancel);
                    await node.Journal.AppendAsync([.. leases.Select(lease => new JournalAppend(lease, Batch(lease.Epoch, 1, 1)))], Cancel);
                    await Task.WhenAll(leases.Take(5).Select(lease => node.Runs.FinishAsync(lease, Outcome(), [], Cancel)));
                }
            }),
            Task.Run(async () =>
            {
                for (var number = at + 1; number <= 300; number += 7)
                {
                    await node.Runs.CancelAsync(Project, Id(number), Outcome(InteractionStatus.Cancelled), [], Cancel);
                    await node.Interactions.DeleteAsync(Project, Id(301 - number), Cancel);
                }
            }),
        })).OrTimeout("the end of all verbs");

        foreach (var run in await nodes[0].Runs.ClaimAsync("last", Ttl, 1000, Cancel))
        {
            Assert.True(await nodes[0].Runs.FinishAsync(run.Lease, Outcome(), [], Cancel));
        }

        await nodes[0].Runs.ClaimAsync("last", Ttl, 1000, Cancel);
        Assert.Equal((0, 0), await nodes[0].Runs.CountAsync(Cancel));
        Assert.Equal(0L, await database.QueryAsync("SELECT count(*) FROM interactions WHERE status IN ('queued', 'in_progress')"));
        Assert.Equal(0L, await database.QueryAsync("SELECT count(*) FROM journal j WHERE NOT EXISTS (SELECT 1 FROM interactions i WHERE i.project = j.project AND i.id = j.id)"));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ended_runs_leave_the_queue_and_its_indexes()
    {
        await using var database = await NewDatabaseAsync();
        await using var node = database.Open();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => node.Runs.InsertAsync(Queued(number), Run(), null, Ttl, Cancel)));
        foreach (var run in await node.Runs.ClaimAsync("node-a", Ttl, 200, Cancel))
        {
            await node.Runs.FinishAsync(run.Lease, Outcome(), [], Cancel);
        }

        await database.ExecuteAsync("VACUUM runs");

        Assert.Equal(0L, await database.QueryAsync("SELECT count(*) FROM runs"));
        Assert.Equal(0f, await database.QueryAsync("SELECT sum(reltuples) FROM pg_class WHERE relname IN ('runs_queued', 'runs_running', 'runs_to_cancel', 'runs_erased')"));
    }

    [Fact]
    public async Task Changes_that_come_together_are_committed_together()
    {
        await using var database = await NewDatabaseAsync();
        await using var node = database.Open();
        await node.Interactions.InsertFinishedAsync(Finished(1000), Cancel);
        var before = node.Instruments.Commits;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => node.Interactions.InsertFinishedAsync(Finished(number), Cancel)));

        Assert.InRange(node.Instruments.Commits - before, 1, 60);
    }

    private static async Task<PostgresTestDatabase> NewDatabaseAsync() => await (await PostgresCluster.GetAsync()).NewDatabaseAsync();

    /// <summary>A limit of all nodes, at which a claim stands still until the test lets it go on.</summary>
    /// <summary>Lets everybody in and counts.</summary>
    private sealed class CountedGate : IClaimGate
    {
        public bool CountsAllNodes => false;

        public int Entered { get; private set; }

        public int Most { get; private set; }

        public bool TryEnter(string project, string provider, int runningInProject)
        {
            Most = Math.Max(Most, ++Entered);
            return true;
        }

        public void Leave(string project, string provider) => Entered--;
    }

    private sealed class HeldGate : IClaimGate, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public bool CountsAllNodes => true;

        public Task Reached => _reached.Task;

        public void LetGo() => _open.Set();

        public bool TryEnter(string project, string provider, int runningInProject)
        {
            _reached.TrySetResult();
            return _open.Wait(TimeSpan.FromSeconds(60));
        }

        public void Leave(string project, string provider)
        {
        }

        public void Dispose() => _open.Dispose();
    }
}
