using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>A database that is away for less than a lease costs nobody anything but time. Takes the server away from all, so it runs after all others.</summary>
[Collection(DatabaseRestart.Name)]
public sealed class DatabaseMishapTests
{
    [Fact]
    [Rule("SM-5")]
    [Rule("BG-5")]
    public async Task While_the_database_is_away_readers_see_live_events_and_no_model_is_asked_twice()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 240, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 50)]);
        await using var direct = await nodes[0].Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true,"background":true}""");
        await direct.UntilAsync("interaction.created");
        var ids = await Runs.StartAsync(nodes[0].Client, 10);
        await provider.CalledAsync(11);
        await direct.DeltasAsync(10);
        var cluster = await PostgresCluster.GetAsync();

        await cluster.OrderAsync("stop");
        try
        {
            await direct.DeltasAsync(20);
            var away = await nodes[0].MetricsAsync("openinteractions_nodes_heard", value => value == 0);
            Assert.Equal(0, away["openinteractions_store_reachable"]);
            Assert.InRange(away["openinteractions_journal_delayed_runs"], 1, 11);
            Assert.InRange(away["openinteractions_journal_failures{reason=\"unavailable\"}"], 1, 100);
            Assert.InRange(away["openinteractions_storage_commit_failures"], 1, 100);
            Assert.DoesNotContain("openinteractions_runs_queued", away.Keys);
            var ready = await nodes[0].Client.SendAsync(HttpMethod.Get, "/readyz");
            Assert.Equal((503, "polled"), (ready.Status, ready.Json.GetProperty("nodes").GetProperty("news").GetString()));
            Assert.Contains("wait for the store", ready.Text, StringComparison.Ordinal);
        }
        finally
        {
            await cluster.OrderAsync("start");
        }

        var events = await direct.ToEndAsync();
        var ends = await Runs.EndsAsync(nodes[1].Client, ids);
        var end = (await nodes[1].Client.GetAsync(direct.InteractionId)).Ok();
        var back = await nodes[0].MetricsAsync("openinteractions_nodes_heard", value => value == 1);

        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Folds.AssertExact(end, events);
        Assert.All(ends, run => Assert.Equal((run.Key, "completed", provider.AnswerTo(run.Key)), (run.Key, run.Value.State, run.Value.OutputText)));
        Assert.All(provider.Calls, run => Assert.Equal((run.Key, 1), (run.Key, run.Value)));
        Assert.Equal((1, 0), (back["openinteractions_store_reachable"], back["openinteractions_journal_delayed_runs"]));
        Assert.InRange(back["openinteractions_nodes_listener_connects"], 2, 10);
        Assert.Equal(0, back["openinteractions_journal_failures{reason=\"given_up\"}"]);
        Assert.Equal(11, back["openinteractions_runs_ended{status=\"completed\"}"]);
    }

    [Fact]
    [Rule("SM-5")]
    public async Task Runs_that_end_while_the_database_restarts_are_kept_and_not_made_again()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 40, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(1, [.. provider.Settings, NodeGroup.Lease(seconds: 50)]);
        var ids = await Runs.StartAsync(nodes[0].Client, 20);
        await provider.CalledAsync(20);
        var cluster = await PostgresCluster.GetAsync();

        await cluster.OrderAsync("stop");
        try
        {
            await provider.AnsweredAsync(20);
        }
        finally
        {
            await cluster.OrderAsync("start");
        }

        var ends = await Runs.EndsAsync(nodes[0].Client, ids);

        Assert.All(ends, run => Assert.Equal((run.Key, "completed", provider.AnswerTo(run.Key)), (run.Key, run.Value.State, run.Value.OutputText)));
        Assert.All(provider.Calls, run => Assert.Equal((run.Key, 1), (run.Key, run.Value)));
    }
}
