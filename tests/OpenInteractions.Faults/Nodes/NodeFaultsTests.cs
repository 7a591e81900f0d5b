using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>An owner that dies, hangs or loses the database: another goes on, readers miss nothing, and the old one changes nothing any more.</summary>
[Collection("several nodes")]
public sealed class NodeFaultsTests
{
    private const string Streamed = """{"model":"slow/any","input":"tell","stream":true,"background":true}""";

    [Fact]
    [Rule("SM-5")]
    [Rule("BG-5")]
    public async Task A_reader_on_another_node_does_not_notice_that_the_owner_dies()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 60, TimeSpan.FromMilliseconds(40));
        await using var nodes = await NodeGroup.StartAsync(3, [.. provider.Settings, NodeGroup.Lease(seconds: 3)]);
        await using var direct = await nodes[0].Client.CreateStreamedAsync(Streamed);
        await direct.UntilAsync("interaction.created");
        var id = direct.InteractionId;
        await using var second = await nodes[1].Client.FollowAsync(id);
        await using var third = await nodes[2].Client.FollowAsync(id);
        await direct.DeltasAsync(20);
        await Task.WhenAll(second.DeltasAsync(5), third.DeltasAsync(5));

        await nodes[0].KillAsync();
        var before = await direct.ToCutAsync();
        await using var resumed = await nodes[2].Client.FollowAsync(id, direct.LastEventId);
        var all = await Task.WhenAll(second.ToEndAsync(), third.ToEndAsync(), resumed.ToEndAsync());
        var end = (await nodes[1].Client.GetAsync(id)).Ok();

        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Folds.AssertExact(end, all[0]);
        Folds.AssertExact(end, all[1]);
        Folds.AssertExact(end, before.Concat(all[2]));
        Assert.Equal(2, provider.Calls["tell"]);
    }

    [Fact]
    [Rule("SM-5")]
    public async Task An_owner_that_hung_for_longer_than_its_lease_writes_nothing_when_it_wakes()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100, TimeSpan.FromMilliseconds(40));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 3)]);
        await using var direct = await nodes[0].Client.CreateStreamedAsync(Streamed);
        await direct.UntilAsync("interaction.created");
        var id = direct.InteractionId;
        await using var follower = await nodes[1].Client.FollowAsync(id);
        await direct.DeltasAsync(20);
        await follower.DeltasAsync(5);

        nodes[0].Pause();
        await provider.CalledAsync(2); // the other node has taken over
        var written = await nodes.JournalledAsync(id, epoch: 1);
        var noticed = nodes[0].LoggedAsync("Lost the lease of run");
        nodes[0].Resume();
        await noticed;
        var writtenAwake = await nodes.JournalledAsync(id, epoch: 1);
        var all = await Task.WhenAll(direct.ToEndAsync(), follower.ToEndAsync());
        var end = (await nodes[0].Client.GetAsync(id)).Ok();
        await using var replay = await nodes[0].Client.FollowAsync(id);
        var replayed = await replay.ToEndAsync();

        Assert.InRange(written, 1, 99);
        Assert.Equal(written, writtenAwake);
        Assert.Equal(written, replayed.Count(e => e.EventId?.StartsWith("1-", StringComparison.Ordinal) == true));
        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Folds.AssertExact(end, all[0]);
        Folds.AssertExact(end, all[1]);
        Folds.AssertExact(end, replayed);
        Assert.Equal(2, provider.Calls["tell"]);
    }

    [Theory]
    [InlineData(Outage.Closed)]
    [InlineData(Outage.Silent)]
    [Rule("SM-5")]
    public async Task A_node_that_lost_the_database_stops_its_runs_before_another_can_have_them(Outage outage)
    {
        await using var provider = await SlowChat.StartAsync(pieces: 200, TimeSpan.FromMilliseconds(50));
        (string, string) patience = ("OpenInteractions__Storage__Postgres__CommandTimeout", "00:00:15");
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 5), patience]);
        await using var direct = await nodes[0].Client.CreateStreamedAsync(Streamed);
        await direct.UntilAsync("interaction.created");
        var id = direct.InteractionId;
        await using var follower = await nodes[1].Client.FollowAsync(id);
        await direct.DeltasAsync(20);
        await follower.DeltasAsync(5);

        nodes.Proxy.Cut(outage);
        await provider.CalledAsync(2); // the other node has taken over
        nodes.Proxy.Mend();
        var whole = await follower.ToEndAsync();
        var own = await ToEndAsync(nodes[0], direct);
        var end = (await nodes[0].Client.GetAsync(id)).Ok();

        Assert.True(end.State == "completed", end.Text + nodes[0].Log + nodes[1].Log);
        Assert.Equal(provider.AnswerTo("tell"), end.OutputText);
        Assert.Equal(1, provider.MostOpen); // the first call had ended when the second came
        Folds.AssertExact(end, whole);
        Folds.AssertExact(end, own);
    }

    /// <summary>As a client does whose stream is cut: it resumes behind what it has.</summary>
    private static async Task<IReadOnlyList<ServerEvent>> ToEndAsync(ServerProcess node, EventReader reader)
    {
        var events = (await reader.ToCutAsync()).ToList();
        if (events[^1].IsDone)
        {
            return events;
        }

        await using var resumed = await node.Client.FollowAsync(reader.InteractionId, reader.LastEventId);
        return [.. events, .. await resumed.ToEndAsync()];
    }
}
