using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>Takes the server away from all databases of the test run, so it runs after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DatabaseRestart
{
    public const string Name = "database restart";
}

[Collection(DatabaseRestart.Name)]
public sealed class DatabaseRestartTests
{
    [Fact]
    [Rule("SM-5")]
    [Rule("BG-5")]
    public async Task Runs_and_readers_survive_a_crash_of_the_database_in_the_middle()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 60, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 3)]);
        await using var direct = await nodes[0].Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true,"background":true}""");
        await direct.UntilAsync("interaction.created");
        await using var follower = await nodes[1].Client.FollowAsync(direct.InteractionId);
        var ids = await Runs.StartAsync(nodes[1].Client, 20);
        await provider.CalledAsync(21);
        await Task.WhenAll(direct.DeltasAsync(10), follower.DeltasAsync(5));

        await (await PostgresCluster.GetAsync()).OrderAsync("restart");
        var all = await Task.WhenAll(direct.ToEndAsync(), follower.ToEndAsync());
        var ends = await Runs.EndsAsync(nodes[0].Client, ids);
        var end = (await nodes[1].Client.GetAsync(direct.InteractionId)).Ok();

        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Folds.AssertExact(end, all[0]);
        Folds.AssertExact(end, all[1]);
        Assert.All(ends, run => Assert.Equal((run.Key, "completed", provider.AnswerTo(run.Key)), (run.Key, run.Value.State, run.Value.OutputText)));
        Assert.All(provider.Calls, run => Assert.InRange(run.Value, 1, 2)); // one, and one for the crash that cut it
    }
}
