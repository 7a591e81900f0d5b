using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Clocks;

/// <summary>The machine's clock is set by days in the middle of everything, ahead and back.</summary>
public sealed class ClockJumpTests
{
    // Longer than any limit that is set: the deadline of runs is a day.
    private static readonly TimeSpan Days = TimeSpan.FromDays(3);

    [SetClockFact]
    [Rule("SM-5")]
    [Rule("ST-18")]
    public async Task On_one_node_nothing_ends_expires_or_loses_its_order()
    {
        using var clock = new SetClock();
        await using var provider = await HeldChat.GatedAsync(pieces: 10);
        await using var server = await ServerProcess.StartAsync([
            .. provider.Settings, .. clock.Settings, Heartbeat, NodeGroup.Lease(seconds: 3),
            ("OpenInteractions__Runs__MaxConcurrent", "2"),
            ("OpenInteractions__Retention__KeepFor", "01:00:00"),
            ("OpenInteractions__Retention__SweepInterval", "00:00:00.200")]);
        var ids = new List<string>();
        async Task AddAsync(string prompt) =>
            ids.Add((await server.Client.CreateAsync($$"""{"model":"held/any","input":"{{prompt}}","background":true}""")).Ok().Id);

        ids.Add((await server.Client.CreateAsync("""{"model":"held/any","input":"ended"}""")).Ok().Id);
        await using var running = await server.Client.CreateStreamedAsync("""{"model":"held/any","input":"held 1","stream":true,"background":true}""");
        await provider.ShownAsync(running, "held 1");
        ids.Add(running.InteractionId);
        await AddAsync("held 2");
        await provider.CalledAsync(3);
        await AddAsync("waits 1");

        var noticed = server.LoggedAsync("The clock was set ahead");
        clock.Set(Days);
        await noticed; // it was looked for what has expired, by the new time
        await LeasesAsync(running);
        var ahead = await SetClock.ReadAsync(server);
        await AddAsync("waits 2");
        provider.Open("held 2");
        await server.Client.EndOfAsync(ids[^1]); // what waited is claimed by the new time
        await AddAsync("held 3");
        await provider.CalledAsync(6);
        await AddAsync("waits 3");
        clock.Set(-Days);
        await LeasesAsync(running);
        var back = await SetClock.ReadAsync(server);
        await AddAsync("waits 4");
        provider.Open("held 1");
        provider.Open("held 3");
        var streamed = await running.ToEndAsync();
        var ends = new List<Answer>();
        foreach (var id in ids)
        {
            ends.Add(await server.Client.EndOfAsync(id));
        }

        Assert.InRange(ahead - back, Days, 3 * Days); // the server believed the clock
        Assert.All(ends, end => Assert.Equal(("completed", provider.AnswerTo(PromptOf(end))), (end.State, end.OutputText)));
        Assert.All(provider.Calls, call => Assert.Equal((call.Key, 1), (call.Key, call.Value)));
        Folds.AssertExact(ends[1], streamed);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.AsEnumerable().Reverse(), await PagesAsync(server));
        Assert.DoesNotContain("Lost the lease", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
    }

    [SetClockFact]
    [Rule("SM-5")]
    public async Task Of_two_nodes_one_may_be_wrong_about_the_time_and_no_run_is_taken_or_failed_by_it()
    {
        using var clock = new SetClock();
        await using var provider = await HeldChat.GatedAsync(pieces: 10);
        var database = await NewDatabaseAsync();
        (string, string)[] settings = [.. provider.Settings, Heartbeat, NodeGroup.Lease(seconds: 3), database, ("OpenInteractions__Runs__MaxConcurrent", "2")];
        await using var wrong = await ServerProcess.StartAsync([.. settings, .. clock.Settings]);
        await using var right = await ServerProcess.StartAsync(settings);
        var ids = new List<string>();

        // Each node is full, and what comes then waits.
        await using var own = await HeldAsync(provider, wrong, "held 1");
        await using var ownToo = await HeldAsync(provider, wrong, "held 2");
        await using var other = await HeldAsync(provider, right, "held 3");
        await using var otherToo = await HeldAsync(provider, right, "held 4");
        await AddAsync(right, "waits 1");
        clock.Set(Days);
        await LeasesAsync(own, ownToo, other, otherToo);
        var ahead = await SetClock.ReadAsync(wrong);
        await AddAsync(wrong, "waits 2");
        provider.Open("held 1");
        provider.Open("held 2");
        ids.AddRange([own.InteractionId, ownToo.InteractionId]);
        var early = await EndsAsync(); // the wrong one has places, the right one has none

        await using var again = await HeldAsync(provider, wrong, "held 5");
        await using var againToo = await HeldAsync(provider, wrong, "held 6");
        clock.Set(-Days);
        await LeasesAsync(again, againToo, other, otherToo);
        var back = await SetClock.ReadAsync(wrong);
        await AddAsync(wrong, "waits 3");
        provider.Open("held 3");
        provider.Open("held 4");
        ids.AddRange([other.InteractionId, otherToo.InteractionId]);
        var late = await EndsAsync(); // the right one has places, the wrong one has none
        provider.Open("held 5");
        provider.Open("held 6");
        ids.AddRange([again.InteractionId, againToo.InteractionId]);
        var last = await EndsAsync();

        Assert.InRange(ahead - back, Days, 3 * Days);
        Assert.Equal((4, 7, 9), (early.Count, late.Count, last.Count));
        Assert.All(last, end => Assert.Equal((PromptOf(end), "completed", provider.AnswerTo(PromptOf(end))), (PromptOf(end), end.State, end.OutputText)));
        Assert.All(provider.Calls, call => Assert.Equal((call.Key, 1), (call.Key, call.Value)));
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await PagesAsync(right)).Order(StringComparer.Ordinal));
        Assert.Equal(await PagesAsync(right), await PagesAsync(wrong));
        Assert.DoesNotContain("Lost the lease", wrong.Log + right.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", wrong.Log + right.Log, StringComparison.Ordinal);

        async Task AddAsync(ServerProcess node, string prompt) =>
            ids.Add((await node.Client.CreateAsync($$"""{"model":"held/any","input":"{{prompt}}","background":true}""")).Ok().Id);

        async Task<List<Answer>> EndsAsync()
        {
            var ends = new List<Answer>();
            foreach (var id in ids)
            {
                ends.Add(await right.Client.EndOfAsync(id));
            }

            return ends;
        }
    }

    private static (string, string) Heartbeat => ("OpenInteractions__Streams__HeartbeatInterval", "00:00:01");

    /// <summary>A run that has shown all but its last piece.</summary>
    private static async Task<EventReader> HeldAsync(HeldChat provider, ServerProcess node, string prompt)
    {
        var reader = await node.Client.CreateStreamedAsync($$"""{"model":"held/any","input":"{{prompt}}","stream":true,"background":true}""");
        await provider.ShownAsync(reader, prompt);
        return reader;
    }

    /// <summary>The time of more than a lease, counted by what streams that are silent otherwise send each second.</summary>
    private static Task LeasesAsync(params EventReader[] readers) => Task.WhenAll(readers.Select(async reader =>
    {
        for (var seconds = 0; seconds < 5; seconds++)
        {
            await reader.HeartbeatAsync();
        }
    }));

    private static string PromptOf(Answer answer) => answer.Steps[0].GetProperty("content")[0].GetProperty("text").GetString()!;

    /// <summary>All ids as a client collects them, two to a page.</summary>
    private static async Task<List<string>> PagesAsync(ServerProcess server)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = (await server.Client.ListAsync($"?page_size=2{(token is null ? "" : $"&page_token={token}")}")).Ok().Json;
            ids.AddRange(page.GetProperty("interactions").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (token is not null);
        return ids;
    }

    private static async Task<(string, string)> NewDatabaseAsync()
    {
        var cluster = await Testing.Postgres.PostgresCluster.GetAsync();
        var name = cluster.NextName();
        await using var source = Npgsql.NpgsqlDataSource.Create(cluster.ConnectionString("postgres") + ";Pooling=false");
        await using var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0");
        await create.ExecuteNonQueryAsync();
        return ("OpenInteractions__Storage__Postgres__ConnectionString", cluster.ConnectionString(name));
    }
}
