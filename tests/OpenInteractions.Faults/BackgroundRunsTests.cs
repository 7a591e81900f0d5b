using OpenInteractions.Faults.Tests.Crowds;
using OpenInteractions.Testing;
using Xunit.Abstractions;

namespace OpenInteractions.Faults.Tests;

/// <summary>Background runs on a server that dies (design 5): nothing that was acknowledged is lost, repeated without need, or cut short.</summary>
public sealed class BackgroundRunsTests(ITestOutputHelper output)
{
    [Fact]
    [Rule("SM-5")]
    [Rule("BG-1")]
    [Rule("ER-7")]
    public async Task A_thousand_runs_end_once_and_whole_although_the_server_is_killed_again_and_again()
    {
        const int runs = 1000;
        const int clients = 300;
        const int places = 64;
        var (kills, pieces, length) = FaultSeed.IsLong ? (20, 150, 200) : (3, 8, 0);
        var seed = new FaultSeed();
        output.WriteLine($"{seed}");
        await using var provider = await SlowChat.StartAsync(pieces, TimeSpan.FromMilliseconds(20), length, thinks: true);
        await using var server = await ServerProcess.StartAsync(
            [.. provider.SettingsOf(FaultPlan.CallerName(0)), FaultPlan.EndlessTakeOvers, ("OpenInteractions__Runs__MaxConcurrent", $"{places}")]);
        var servers = new Servers([server]);
        var crowd = new Crowd(servers, provider, seed, CrowdHabit.Background);
        var faults = new FaultPlan(servers, provider, crowd, seed.Of(0), output.WriteLine, nodes: null, (Fault.Kill, kills));

        var work = crowd.WorkAsync(runs, clients, i => faults.AllowAsync(i - clients, runs - clients));
        await faults.DuringAsync(work, made => crowd.EndedAsync(faults.ShareOf(made, runs - clients)));
        var outcome = new Outcome(crowd, provider, faults, server.Client);
        output.WriteLine($"{outcome}\n{Complaints.Of(servers)}");

        await outcome.AssertAsync(runs);
        Assert.InRange(outcome.Repeated, kills, int.MaxValue); // the kills came in the middle
        Assert.InRange(provider.MostOpen, 1, places);
    }

    [Fact]
    [Rule("SM-5")]
    public async Task A_run_whose_server_dies_again_and_again_is_given_up()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var server = await ServerProcess.StartAsync(provider.Settings);
        var id = (await Runs.StartAsync(server.Client, 1)).Single().Value;

        for (var lives = 1; lives <= 4; lives++) // the first, and three take-overs
        {
            await provider.CalledAsync(lives);
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        var end = await server.Client.EndOfAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Equal("api_error", end.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal(4, provider.Calls.Values.Sum());
    }

    [Fact]
    [Rule("SM-5")]
    public async Task A_planned_stop_hands_runs_over_and_counts_no_death()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 40, TimeSpan.FromMilliseconds(25));
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Runs__MaxTakeOvers", "0")]);
        var ids = await Runs.StartAsync(server.Client, 50);
        await provider.CalledAsync(50);

        var code = await server.StopAsync();
        await server.StartAgainAsync();
        var ends = await Runs.EndsAsync(server.Client, ids);

        Assert.Equal(0, code);
        Assert.All(ends, end => Assert.Equal((end.Key, "completed", provider.AnswerTo(end.Key)), (end.Key, end.Value.State, end.Value.OutputText)));
        Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_planned_stop_no_step_is_made_up_for_what_clients_may_have_seen()
    {
        await using var server = await ServerProcess.StartAsync();
        var created = await server.Client.CreateAsync("""{"model":"demo","input":"count to 100 slowly, 30 ms","background":true}""");
        await using (var reader = await server.Client.FollowAsync(created.Ok().Id))
        {
            await reader.UntilAsync("step.delta");
        }

        await server.StopAsync();
        await server.StartAgainAsync();
        var end = await server.Client.EndOfAsync(created.Id);

        Assert.Equal(["user_input", "model_output"], end.Steps.Select(s => s.GetProperty("type").GetString()));
        Assert.EndsWith("100", end.OutputText, StringComparison.Ordinal);
    }
}
