using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests;

/// <summary>Background runs on a server that dies (design 5): nothing that was acknowledged is lost, repeated without need, or cut short.</summary>
public sealed class BackgroundRunsTests
{
    private const int Accepted = 1000;
    private const int MaxConcurrent = 64;

    [Fact]
    [Rule("SM-5")]
    [Rule("BG-1")]
    public async Task A_thousand_runs_end_once_and_whole_although_the_server_is_killed_twice()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 8, TimeSpan.FromMilliseconds(20));
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Runs__MaxConcurrent", $"{MaxConcurrent}")]);

        var ids = await Runs.StartAsync(server.Client, Accepted);
        var settled = new Dictionary<string, int>();
        foreach (var answered in (int[])[250, 600])
        {
            await provider.AnsweredAsync(answered);
            var completed = await Runs.InStatusAsync(server.Client, "completed");
            foreach (var (prompt, id) in ids.Where(i => completed.Contains(i.Value)))
            {
                settled.TryAdd(prompt, provider.Calls[prompt]);
            }

            await server.KillAsync();
            await server.StartAgainAsync();
        }

        var ends = await Runs.EndsAsync(server.Client, ids);

        Assert.Equal(Accepted, ids.Values.Distinct().Count());
        Assert.All(ends, end => Assert.Equal((end.Key, "completed", provider.AnswerTo(end.Key)), (end.Key, end.Value.State, end.Value.OutputText)));
        Assert.InRange(settled.Count, 1, Accepted - 1); // the kills came in the middle
        Assert.All(settled, run => Assert.Equal((run.Key, run.Value), (run.Key, provider.Calls[run.Key])));
        Assert.All(provider.Calls, run => Assert.InRange(run.Value, 1, 3)); // one, and one for each kill that cut it
        Assert.InRange(provider.Calls.Values.Sum(), Accepted, Accepted + (2 * MaxConcurrent));
        Assert.InRange(provider.MostOpen, 1, MaxConcurrent);
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
