using System.Globalization;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Storage.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class CrashTests
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_when_the_process_is_killed()
    {
        using var directory = new TemporaryDirectory();
        var acknowledged = await WriteAndKillAsync(directory.Path, lines: 2000);

        await using (var storage = SqliteFixture.Open(directory.Path))
        {
            foreach (var line in acknowledged)
            {
                await AssertKeptAsync(storage, line);
            }

            // Runs that were under way when the process died are free for the next one.
            var running = (await storage.Runs.CountAsync(Cancel)).Running;
            Assert.Equal(running, await storage.Runs.ExpireDeadOwnersAsync("next", Cancel));
            Assert.Equal(running, (await storage.Runs.ClaimAsync("next", Ttl, 100_000, Cancel)).Count);
        }

        Assert.Equal("ok", Inspection.IntegrityCheck(directory.Path));
    }

    [Fact]
    public async Task A_directory_survives_one_crash_after_another()
    {
        using var directory = new TemporaryDirectory();
        await WriteAndKillAsync(directory.Path, lines: 300);
        await using (var storage = SqliteFixture.Open(directory.Path))
        {
            await storage.Interactions.InsertFinishedAsync(Finished(90_000_000), Cancel);
        }

        using var child = ChildProcess.Start("hold", directory.Path);
        Assert.Equal(ChildProcess.Opened, await child.ReadLineAsync("open after a crash"));
        await child.KillAsync();

        await using var last = SqliteFixture.Open(directory.Path);
        Assert.NotNull(await last.Interactions.GetAsync(Project, Id(90_000_000), Cancel));
    }

    private static async Task<List<string>> WriteAndKillAsync(string directory, int lines)
    {
        using var child = ChildProcess.Start("write", directory);
        Assert.Equal(ChildProcess.Opened, await child.ReadLineAsync("open"));
        var acknowledged = new List<string>();
        while (acknowledged.Count < lines)
        {
            acknowledged.Add((await child.ReadLineAsync($"line {acknowledged.Count} of {lines}"))!);
        }

        await child.KillAsync();

        // What it managed to say before it died counts; a last line that was cut does not.
        while (await child.ReadLineAsync("end") is { } line)
        {
            acknowledged.Add(line);
        }

        acknowledged.RemoveAt(acknowledged.Count - 1);
        return acknowledged;
    }

    private static async Task AssertKeptAsync(SqliteStorage storage, string line)
    {
        var what = line.Split(' ')[0];
        var number = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        var kept = await storage.Interactions.GetAsync(Project, Id(number), Cancel);
        switch (what)
        {
            case "finished":
                Same(Finished(number), kept);
                break;
            case "running":
                Same(Running(number), kept);
                break;
            case "journalled":
                SameList([Batch(1, 1, 5)], await storage.Journal.ReadAsync(Project, Id(number), default, 10, Cancel));
                break;
            case "ended":
                Assert.Equal((InteractionStatus.Completed, true), (kept!.Status, kept.HasJournal));
                SameList([Batch(1, 1, 9)], await storage.Journal.ReadAsync(Project, Id(number), default, 10, Cancel));
                break;
            default:
                Assert.Fail("The child said: " + line);
                break;
        }
    }
}
