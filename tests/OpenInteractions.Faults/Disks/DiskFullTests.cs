using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Disks;

/// <summary>
/// The disk of the data directory is full to the last byte while runs work: nothing is acknowledged or shown as ended that is not kept, and with room
/// the server goes on by itself.
/// </summary>
public sealed class DiskFullTests
{
    private const int Megabytes = 24;

    // More than the database has room for inside: whoever is told that it is kept needed room on the disk.
    private static readonly string Large = new('x', 300_000);

    [SmallDiskFact]
    [Rule("SM-5")]
    public async Task On_a_full_disk_the_server_refuses_and_with_room_it_goes_on_without_a_restart()
    {
        await using var provider = await HeldChat.GatedAsync(pieces: 200);
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var server = await ServerProcess.StartWithinAsync(disk.Within, disk.Path, [.. provider.Settings, NodeGroup.Lease(seconds: 10)]);
        var kept = await KeepAsync(server);
        var background = (await server.Client.CreateAsync("""{"model":"held/any","input":"held 1","background":true}""")).Ok();
        var plain = server.Client.CreateAsync("""{"model":"held/any","input":"held 2"}""");
        await using var streamed = await server.Client.CreateStreamedAsync("""{"model":"held/any","input":"held 3","stream":true}""");
        await provider.ShownAsync(streamed, "held 3");
        await provider.CalledAsync(kept.Count + 3);
        var stopped = server.LoggedAsync(streamed.InteractionId);

        disk.Fill();
        kept.AddRange(await FillAsync(server));
        provider.Open("held 2");
        provider.Open("held 3");
        var reading = ToEndAsync(server, streamed);
        await stopped; // its end could not be kept, or its lease not be renewed
        var answer = await plain;
        var refused = await RefusalsAsync(server);
        var waiting = await server.Client.SendAsync(HttpMethod.Get, "/readyz");
        var held = (await server.Client.GetAsync(streamed.InteractionId)).Ok();
        var states = await StatesAsync(server, kept);

        Assert.False(reading.IsCompleted, "A stream has ended whose end is not kept.");
        Assert.Equal("in_progress", held.State);
        Assert.All(refused.Append(answer), r => Assert.Equal((503, "service_unavailable"), (r.Status, r.ErrorCode)));
        Assert.All(refused.Append(answer), r => Assert.NotNull(r.Header("Retry-After")));
        Assert.Equal(503, waiting.Status);
        Assert.All(states, state => Assert.Equal("completed", state));

        disk.MakeRoom();
        provider.Open("held 1");
        var whole = await reading;
        var first = await server.Client.EndOfAsync(background.Id);
        var third = (await server.Client.GetAsync(streamed.InteractionId)).Ok();
        var ready = await server.Client.SendAsync(HttpMethod.Get, "/readyz");
        var fresh = (await server.Client.CreateAsync("""{"model":"held/any","input":"fresh"}""")).Ok();

        Assert.Equal(("completed", provider.AnswerTo("held 1")), (first.State, first.OutputText));
        Assert.Equal(("completed", provider.AnswerTo("held 3")), (third.State, third.OutputText));
        Folds.AssertExact(third, whole);
        Assert.Equal(200, ready.Status);
        Assert.Equal(provider.AnswerTo("fresh"), fresh.OutputText);
        Assert.All(await StatesAsync(server, kept), state => Assert.Equal("completed", state));
        await AssertListedOnceAsync(server, [.. kept, first.Id, third.Id, fresh.Id]);
    }

    [SmallDiskFact]
    [Rule("SM-5")]
    public async Task A_server_that_was_killed_on_a_full_disk_goes_on_where_there_is_room()
    {
        await using var provider = await HeldChat.GatedAsync(pieces: 200);
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var server = await ServerProcess.StartWithinAsync(disk.Within, disk.Path, provider.Settings);
        var kept = await KeepAsync(server);
        await using var streamed = await server.Client.CreateStreamedAsync("""{"model":"held/any","input":"held 1","stream":true,"background":true}""");
        await provider.ShownAsync(streamed, "held 1");
        disk.Fill();
        kept.AddRange(await FillAsync(server));

        await server.KillAsync();
        var shown = await streamed.ToCutAsync();
        disk.MakeRoom();
        provider.Open("held 1");
        await server.StartAgainAsync();
        await using var resumed = await server.Client.FollowAsync(streamed.InteractionId, streamed.LastEventId);
        var whole = shown.Concat(await resumed.ToEndAsync()).ToList();
        var end = (await server.Client.GetAsync(streamed.InteractionId)).Ok();

        Assert.Equal(("completed", provider.AnswerTo("held 1")), (end.State, end.OutputText));
        Folds.AssertExact(end, whole);
        Assert.Equal(2, provider.Calls["held 1"]);
        Assert.All(await StatesAsync(server, kept), state => Assert.Equal("completed", state));
        await AssertListedOnceAsync(server, [.. kept, end.Id]);
    }

    /// <summary>As a client does whose stream is cut: it resumes behind what it has.</summary>
    private static async Task<IReadOnlyList<ServerEvent>> ToEndAsync(ServerProcess server, EventReader reader)
    {
        var events = (await reader.ToCutAsync()).ToList();
        while (!events[^1].IsDone)
        {
            await using var resumed = await server.Client.FollowAsync(reader.InteractionId, events[^1].EventId);
            events.AddRange(await resumed.ToCutAsync());
        }

        return events;
    }

    /// <summary>Some that have ended, before anything is wrong.</summary>
    private static async Task<List<string>> KeepAsync(ServerProcess server)
    {
        var kept = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            kept.Add((await server.Client.CreateAsync($$"""{"model":"held/any","input":"kept {{number}}"}""")).Ok().Id);
        }

        return kept;
    }

    /// <summary>Takes what room the database has inside, until something is refused.</summary>
    /// <returns>What was acknowledged until then.</returns>
    private static async Task<List<string>> FillAsync(ServerProcess server)
    {
        var kept = new List<string>();
        while (await LargeAsync(server) is { Status: 200 } created)
        {
            kept.Add(created.Id);
            Assert.True(kept.Count < 100, "The disk never was full.");
        }

        return kept;
    }

    private static Task<Answer> LargeAsync(ServerProcess server) => server.Client.CreateAsync($$"""{"model":"held/any","input":"{{Large}}"}""");

    private static async Task<Answer[]> RefusalsAsync(ServerProcess server) =>
    [
        await LargeAsync(server),
        await server.Client.CreateAsync($$"""{"model":"held/any","input":"{{Large}}","background":true}"""),
        await server.Client.CreateAsync($$"""{"model":"held/any","input":"{{Large}}","stream":true}"""),
    ];

    private static async Task<List<string>> StatesAsync(ServerProcess server, IEnumerable<string> ids)
    {
        var states = new List<string>();
        foreach (var id in ids)
        {
            states.Add((await server.Client.GetAsync(id)).Ok().State);
        }

        return states;
    }

    private static async Task AssertListedOnceAsync(ServerProcess server, IReadOnlyList<string> ids)
    {
        var listed = (await server.Client.ListAsync("?page_size=1000")).Ok().Json.GetProperty("interactions").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }
}
