using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Tests that take the server away run after all others, and one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Outage
{
    public const string Name = "outage";
}

[Collection(Outage.Name)]
public sealed class OutageTests
{
    private static int _last = 1000;

    private static CancellationToken Cancel => CancellationToken.None;

    public static TheoryData<string> Verbs => [.. AllVerbs.Keys];

    private static Dictionary<string, Func<PostgresStorage, Task>> AllVerbs { get; } = new()
    {
        ["insert finished"] = s => s.Interactions.InsertFinishedAsync(Finished(Next()), Cancel),
        ["get"] = s => s.Interactions.GetAsync(Project, Id(1), Cancel),
        ["get parent"] = s => s.Interactions.GetParentAsync(Project, Id(1), Cancel),
        ["load turns"] = s => s.Interactions.LoadTurnsAsync(Project, Id(1), 10, Cancel),
        ["delete"] = s => s.Interactions.DeleteAsync(Project, Id(80), Cancel),
        ["list"] = s => s.Interactions.ListAsync(Project, new(), null, 10, Cancel),
        ["tree"] = s => s.Interactions.ListTreeAsync(Project, Id(1), null, 10, Cancel),
        ["expire"] = s => s.Interactions.DeleteExpiredAsync(Start.AddYears(-1), 10, Cancel),
        ["check"] = s => s.Interactions.CheckAsync(Cancel),
        ["insert"] = s => s.Runs.InsertAsync(Queued(Next()), Run(), null, Ttl, Cancel),
        ["insert once"] = s => s.Runs.InsertOnceAsync(Queued(Next()), Run(), new($"key {Next()}", "body"), null, Ttl, Cancel),
        ["claim"] = s => s.Runs.ClaimAsync("node-a", Ttl, 10, Cancel),
        ["renew"] = s => s.Runs.RenewAsync([new(Id(1), "node-a", 1)], Ttl, Cancel),
        ["release"] = s => s.Runs.ReleaseAsync(new(Id(1), "node-a", 7), Cancel),
        ["finish"] = s => s.Runs.FinishAsync(new(Id(1), "node-a", 7), Outcome(), [], Cancel),
        ["cancel"] = s => s.Runs.CancelAsync(Project, Id(80), Outcome(), [], Cancel),
        ["find cancelled"] = s => s.Runs.FindCancelledAsync([new(Id(1), "node-a", 1)], Cancel),
        ["count"] = s => s.Runs.CountAsync(Cancel),
        ["append"] = s => s.Journal.AppendAsync([new(new(Id(1), "node-a", 7), Batch(1, 1, 1))], Cancel),
        ["read events"] = s => s.Journal.ReadAsync(Project, Id(1), default, 10, Cancel),
    };

    [Fact]
    public async Task Every_verb_fails_as_unavailable_while_the_server_is_away_and_works_when_it_is_back()
    {
        var cluster = await PostgresCluster.GetAsync();
        await using var database = await cluster.NewDatabaseAsync();
        await using var node = database.Open();
        await node.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        await Task.WhenAll(AllVerbs.Values.Take(8).Select(verb => verb(node))); // several connections are open, and will all be broken

        await cluster.OrderAsync("stop");
        try
        {
            foreach (var (name, verb) in AllVerbs)
            {
                var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => verb(node)).OrTimeout($"an answer of '{name}' without a server");
                Assert.DoesNotContain("Npgsql", failure.Message, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("/tmp", failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await cluster.OrderAsync("start");
        }

        foreach (var (name, verb) in AllVerbs)
        {
            await verb(node).OrTimeout($"an answer of '{name}' from the server that is back");
        }

        Same(Finished(1), await node.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Fact]
    public async Task What_was_answered_before_a_crash_of_the_server_is_there_after_it()
    {
        var cluster = await PostgresCluster.GetAsync();
        await using var database = await cluster.NewDatabaseAsync();
        await using var node = database.Open();
        var answered = new System.Collections.Concurrent.ConcurrentBag<int>();
        var some = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var number = writer; ; number += 8)
            {
                try
                {
                    await node.Interactions.InsertFinishedAsync(Finished(number), Cancel);
                }
                catch (StoreUnavailableException)
                {
                    return;
                }

                answered.Add(number);
                if (answered.Count >= 200)
                {
                    some.TrySetResult();
                }
            }
        })).ToArray();
        await some.Task.OrTimeout("two hundred answers");
        await cluster.OrderAsync("restart");

        // A write that was on its way is not made again; those that come when the server is back go on, so they are stopped.
        await node.DisposeAsync();
        await Task.WhenAll(writers).OrTimeout("the end of the writers");
        await using var next = database.Open();
        foreach (var number in answered)
        {
            Assert.NotNull(await next.Interactions.GetAsync(Project, Id(number), Cancel));
        }
    }

    [Fact]
    public async Task Reads_and_renewals_do_not_notice_a_restart_between_them()
    {
        var cluster = await PostgresCluster.GetAsync();
        await using var database = await cluster.NewDatabaseAsync();
        await using var node = database.Open();
        var lease = (await node.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;

        await cluster.OrderAsync("restart");

        Assert.Equal([lease], await node.Runs.RenewAsync([lease], Ttl, Cancel));
        Same(Running(1), await node.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_verb_whose_connection_is_killed_ends_as_unavailable_or_is_made_once(string name)
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var node = database.Open();
        await node.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        // Held back in the middle by one who has locked every table, and then killed.
        await using var other = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await other.OpenAsync();
        await using (var hold = await other.BeginTransactionAsync())
        {
            await ExecuteAsync(other, "LOCK TABLE interactions, runs, journal, labels, idempotency_keys, liveness IN ACCESS EXCLUSIVE MODE");
            var verb = Task.Run(() => AllVerbs[name](node)); // a read of one row waits on its caller's thread
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!verb.IsCompleted && !patience.IsCancellationRequested)
            {
                // More than once: a read comes again on a new connection. A transaction sees one state of the activity until it asks for the next.
                await ExecuteAsync(other, "SELECT pg_stat_clear_snapshot()");
                await ExecuteAsync(other, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            }

            await Assert.ThrowsAsync<StoreUnavailableException>(() => verb).OrTimeout($"the end of '{name}'");
            await hold.RollbackAsync();
        }

        await AllVerbs[name](node);
        await node.Interactions.CheckAsync(Cancel);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_ends_as_unavailable()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var node = database.Open(adjust: options => options.CommandTimeout = TimeSpan.FromSeconds(1));
        await using var other = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await other.OpenAsync();
        await using (var hold = await other.BeginTransactionAsync())
        {
            await ExecuteAsync(other, "LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Interactions.GetAsync(Project, Id(1), Cancel)).OrTimeout("the time-out");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Interactions.InsertFinishedAsync(Finished(1), Cancel)).OrTimeout("the time-out");
            await hold.RollbackAsync();
        }

        Assert.Null(await node.Interactions.GetAsync(Project, Id(1), Cancel));
        await node.Interactions.InsertFinishedAsync(Finished(1), Cancel);
    }

    [Fact]
    public async Task Of_several_hosts_the_one_that_takes_writes_is_found()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await using var node = database.Open(adjust: options => options.ConnectionString = options.ConnectionString!.Replace("Host=", "Host=/nowhere,", StringComparison.Ordinal));

        await node.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        Same(Finished(1), await node.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Fact]
    public async Task A_store_that_is_closed_says_so()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        var node = database.Open();
        await node.DisposeAsync();

        foreach (var verb in AllVerbs.Values)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => verb(node));
        }
    }

    [Fact]
    public async Task A_password_is_in_no_message()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        const string secret = "hunter2";
        foreach (var wrong in new[] { ";Database=no_such_database", ";Username=nobody_here", ";Host=/nowhere", ";Port=5431" })
        {
            var refusal = Assert.Throws<StoreUnavailableException>(() => database.Open(adjust: options => options.ConnectionString += $";Password={secret}{wrong}"));
            Assert.DoesNotContain(secret, refusal.ToString(), StringComparison.Ordinal);
        }
    }

    private static int Next() => Interlocked.Increment(ref _last);

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
