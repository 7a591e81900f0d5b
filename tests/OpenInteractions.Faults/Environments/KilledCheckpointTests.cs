using System.Collections.Concurrent;
using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Environments;

/// <summary>The server is killed (<c>kill -9</c>) in the middle of a checkpoint: nothing half-made is left, earlier ones are whole, and the environment is used as before.</summary>
public sealed class KilledCheckpointTests
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("OpenInteractions__Environments__DiskBytes", "268435456"), ("OpenInteractions__Environments__MemoryBytes", "268435456"), ("OpenInteractions__Environments__MaxCheckpoints", "100"),
    ];

    [SandboxTheory]
    [InlineData("live", "freeze-chk_*")] // while the disk is held still, or about to be
    [InlineData("disks", "chk_*.new")] // while it is copied
    [InlineData("disks", "chk_*.slot")] // when the copy has its name, and perhaps no row
    public async Task Half_a_checkpoint_is_gone_after_a_kill_and_those_before_it_are_whole(string directory, string pattern)
    {
        await using var server = await ServerProcess.StartAsync(Settings);
        var (traces, place) = (new Traces(server.DataDirectory), $"{server.DataDirectory}/sandboxes/{directory}");
        var environment = (await server.Client.PostAsync("environments", "{}")).Ok().Json.GetProperty("id").GetString()!;
        var turns = new ConcurrentDictionary<string, int>();
        await TurnAsync(server, environment, 0, turns, "head -c 60000000 /dev/urandom >filling; "); // so that a copy takes a while
        await TurnAsync(server, environment, 1, turns);
        var known = Files(place, pattern);
        var seen = SeenAsync(place, pattern, known);
        var work = UntilKilledAsync(i => TurnAsync(server, environment, i + 2, turns));

        await seen.OrTimeout($"a checkpoint in the middle ({pattern})");
        await server.KillAsync();
        await work; // ends with its connection

        Assert.True(await traces.AreGoneAsync(), string.Join('\n', traces.Find()));
        await server.StartAgainAsync();
        foreach (var (interaction, number) in turns)
        {
            var copy = (await server.Client.PostAsync("environments", $$"""{"from_interaction":"{{interaction}}"}""")).Ok().Json.GetProperty("id").GetString()!;
            Assert.Equal($"{number}\n", (await server.Client.SendAsync(HttpMethod.Get, $"environments/{copy}/files/workspace/number?alt=media")).Ok().Text);
            (await server.Client.SendAsync(HttpMethod.Delete, $"environments/{copy}")).Ok();
        }

        var listed = (await server.Client.SendAsync(HttpMethod.Get, $"environments/{environment}/checkpoints?page_size=1000")).Ok().Json.GetProperty("checkpoints").EnumerateArray().ToList();
        Assert.Superset(turns.Keys.ToHashSet(), listed.Select(c => c.GetProperty("interaction_id").GetString()!).ToHashSet());
        var disks = $"{server.DataDirectory}/sandboxes/disks";
        Assert.Equal(
            listed.Select(c => c.GetProperty("id").GetString()!).SelectMany(id => (string[])[$"{id}.img", $"{id}.slot"]).Order(StringComparer.Ordinal),
            Directory.GetFiles(disks, "chk_*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await TurnAsync(server, environment, 1000, turns); // it is not held any more

        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(traces.Find());
        Assert.Empty(Directory.GetFileSystemEntries($"{server.DataDirectory}/sandboxes/live"));
        Assert.Empty(Directory.GetFiles(disks, "*.new"));
    }

    private static async Task TurnAsync(ServerProcess server, string environment, int number, ConcurrentDictionary<string, int> turns, string before = "")
    {
        var body = new { agent = "antigravity-preview-09-2026", environment, input = $"```bash\n{before}echo {number} >number; cat number\n```\n" };
        var answer = (await server.Client.PostAsync("interactions", JsonSerializer.Serialize(body))).Ok().Json;
        Assert.Equal("completed", answer.GetProperty("status").GetString());
        turns[answer.GetProperty("id").GetString()!] = number;
    }

    private static HashSet<string> Files(string place, string pattern) => Directory.Exists(place) ? [.. Directory.GetFileSystemEntries(place, pattern)] : [];

    private static Task SeenAsync(string place, string pattern, HashSet<string> known) => Task.Run(() =>
    {
        // Without a pause: what is looked for is there for some milliseconds.
        for (var end = Environment.TickCount64 + 60_000; Environment.TickCount64 < end && Files(place, pattern).IsSubsetOf(known);)
        {
        }
    });

    private static async Task UntilKilledAsync(Func<int, Task> step)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await step(i);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException)
        {
            // The server was killed.
        }
    }
}
