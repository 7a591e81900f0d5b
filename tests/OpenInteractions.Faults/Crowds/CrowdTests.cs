using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using Xunit.Abstractions;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>Many runs and many readers on nodes that die, hang and lose their database, at random.</summary>
[Collection(DatabaseRestart.Name)]
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Nodes = 3;

    [Fact]
    [Rule("SM-5")]
    [Rule("BG-1")]
    [Rule("BG-9")]
    [Rule("ER-7")]
    public async Task A_thousand_runs_on_three_nodes_end_once_and_whole_although_nodes_die_and_hang_and_the_database_restarts()
    {
        const int runs = 1000;
        var (clients, places, pieces, length) = FaultSeed.IsLong ? (300, 64, 150, 200) : (200, 32, 30, 0);
        var seed = new FaultSeed();
        output.WriteLine($"{seed}");
        await using var provider = await SlowChat.StartAsync(pieces, TimeSpan.FromMilliseconds(60), length, thinks: true);
        await using var nodes = await StartAsync(provider, ("OpenInteractions__Runs__MaxConcurrent", $"{places}"));
        var servers = new Servers(nodes.All);
        var crowd = new Crowd(servers, provider, seed, CrowdHabit.Background);
        var faults = new FaultPlan(
            servers, provider, crowd, seed.Of(0), output.WriteLine, nodes,
            FaultSeed.IsLong ? [(Fault.Kill, 12), (Fault.Pause, 9), (Fault.DatabaseRestart, 9)] : [(Fault.Kill, 3), (Fault.Pause, 2), (Fault.DatabaseRestart, 2)]);

        var work = crowd.WorkAsync(runs, clients, i => faults.AllowAsync(i - clients, runs - clients));
        await faults.DuringAsync(work, made => crowd.EndedAsync(faults.ShareOf(made, runs - clients)));
        var outcome = new Outcome(crowd, provider, faults, nodes[0].Client);
        output.WriteLine($"{outcome}\n{Complaints.Of(servers)}");

        await outcome.AssertAsync(runs);
        var last = await nodes.LastNumbersAsync();
        Assert.NotEmpty(faults.Closed);
        Assert.All(faults.Closed, e => Assert.Equal((e.Key, e.Value), (e.Key, last.GetValueOrDefault(e.Key)))); // an owner that was replaced wrote nothing any more
        Assert.InRange(outcome.Repeated, faults.Count, int.MaxValue); // the faults came in the middle
    }

    [Fact]
    [Rule("BG-5")]
    [Rule("BG-4")]
    [Rule("BG-9")]
    [Rule("SE-5")]
    public async Task Two_hundred_readers_who_leave_and_come_back_have_every_event_once_although_nodes_die()
    {
        const int readers = 200;
        var (pieces, length) = FaultSeed.IsLong ? (200, 800) : (60, 0);
        var seed = new FaultSeed();
        output.WriteLine($"{seed}");
        await using var provider = await SlowChat.StartAsync(pieces, TimeSpan.FromMilliseconds(FaultSeed.IsLong ? 60 : 100), length, thinks: true);
        await using var nodes = await StartAsync(provider);
        var servers = new Servers(nodes.All);
        var crowd = new Crowd(servers, provider, seed, CrowdHabit.Streaming);
        var faults = new FaultPlan(servers, provider, crowd, seed.Of(0), output.WriteLine, nodes, FaultSeed.IsLong ? [(Fault.Kill, 12), (Fault.Pause, 6)] : [(Fault.Kill, 4)]);
        provider.Hold = piece => faults.AllowAsync(piece, pieces); // so that all runs are under way at each fault

        var work = crowd.WorkAsync(readers, readers, _ => Task.CompletedTask);
        await faults.DuringAsync(work, made => Task.WhenAll(
            crowd.ReadAsync(readers * faults.ShareOf(made, pieces) * 3 / 4), provider.OpenAsync(readers * 9 / 10)));
        var outcome = new Outcome(crowd, provider, faults, nodes[0].Client);
        output.WriteLine($"{outcome}\n{Complaints.Of(servers)}");

        await outcome.AssertAsync(readers);
        Assert.InRange(crowd.Returns, readers, int.MaxValue);
        Assert.InRange(outcome.Repeated, faults.Count, int.MaxValue);
    }

    private static Task<NodeGroup> StartAsync(SlowChat provider, params (string, string)[] settings) =>
        NodeGroup.StartAsync(Nodes, node => [.. provider.SettingsOf(FaultPlan.CallerName(node)), NodeGroup.Lease(seconds: 6), FaultPlan.EndlessTakeOvers, .. settings]);
}
