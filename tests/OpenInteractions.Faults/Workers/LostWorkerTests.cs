using OpenInteractions.Faults.Tests.Environments;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Workers;

/// <summary>Workers and servers that are killed, held still and cut off: nothing is served twice, what is lost is said so, and checkpoints outlive their host.</summary>
public sealed class LostWorkerTests
{
    [SandboxFact]
    public async Task A_killed_worker_is_said_to_be_away_then_lost_and_its_files_come_back_from_the_checkpoint_on_another()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (first, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        var turn = (await scene.TurnAsync(environment, "echo kept >file; head -c 3000000 /dev/urandom >noise; sha256sum noise >sum")).Ok();

        await worker.KillAsync();

        Assert.True(await new Traces(worker.DataDirectory).AreGoneAsync()); // each init ends with its worker
        await scene.StandsAsync(environment, "away");
        var away = await scene.ReadAsync(environment, "workspace/file");
        Assert.Equal((503, "service_unavailable"), (away.Status, away.ErrorCode));
        Assert.Contains(first, away.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("since", away.ErrorMessage, StringComparison.Ordinal);
        var lost = await scene.StandsAsync(environment, "lost");
        Assert.Equal("expired", lost.GetProperty("status").GetString());
        Assert.True(lost.GetProperty("worker").GetProperty("since").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        var refused = await scene.ReadAsync(environment, "workspace/file");
        Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
        Assert.Contains("from_interaction", refused.ErrorMessage, StringComparison.Ordinal);

        var (second, other) = await scene.MakeAsync("second");
        await using var rescue = await WorkerProcess.StartAsync(scene.Server.Address, other);
        var restored = await scene.CreateAsync($$"""{"from_interaction":"{{turn.Id}}"}""");
        Assert.Equal("kept\n", (await scene.ReadAsync(restored, "workspace/file")).Ok().Text);
        Assert.Equal(second, (await scene.StandsAsync(restored, "connected")).GetProperty("worker").GetProperty("id").GetString());
        Assert.Contains("noise: OK", (await scene.TurnAsync(restored, "sha256sum -c sum; echo more >>file")).Ok().Text, StringComparison.Ordinal);

        // Should it come back, its environments are as they were.
        await worker.StartAgainAsync();
        Assert.Equal("kept\n", (await scene.ReadAsync(environment, "workspace/file")).Ok().Text);
        Assert.Equal("kept\nmore\n", (await scene.ReadAsync(restored, "workspace/file")).Ok().Text);
    }

    [SandboxFact]
    public async Task A_worker_stops_its_sandboxes_when_its_server_is_killed_and_serves_the_next_one()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "kept")).Ok();
        (await scene.TurnAsync(environment, "setsid nohup sleep 1000 >/dev/null 2>&1 &")).Ok();
        var stopped = worker.LoggedAsync("Every sandbox was stopped.");

        await scene.Server.KillAsync();

        await stopped;
        Assert.Empty(new Traces(worker.DataDirectory).Find());
        var serving = worker.LoggedAsync("Serving ");
        await scene.Server.StartAgainAsync();
        await serving;
        await scene.StandsAsync(environment, "connected");
        Assert.Equal("kept", (await scene.ReadAsync(environment, "workspace/a.txt")).Ok().Text);
    }

    [SandboxFact]
    public async Task A_worker_that_was_held_still_beyond_its_lease_stops_everything_when_it_goes_on()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (id, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "kept")).Ok();

        worker.Pause();
        await scene.StandsAsync(environment, "away");

        // Somebody else may have it now: a copy of its machine.
        var directory = File.ReadAllText($"{worker.DataDirectory}/sandboxes/host");
        var lease = (await WorkerTests.LeaseAsync(scene, key, $$"""{"protocol":1,"holder":"another","directory":"{{directory}}","worker":"{{id}}"}""")).Ok();
        Assert.True(lease.Json.GetProperty("epoch").GetInt64() > 1);
        Assert.NotEmpty(new Traces(worker.DataDirectory).Find()); // what runs does not stop with its worker

        var stopped = worker.LoggedAsync("Every sandbox was stopped.");
        worker.Resume();
        await stopped;
        Assert.Empty(new Traces(worker.DataDirectory).Find());

        // The other one is never heard of again, and the first one is let in when that lease is over.
        await worker.LoggedAsync("Serving ");
        Assert.Equal("kept", (await scene.ReadAsync(environment, "workspace/a.txt")).Ok().Text);
    }

    [SandboxTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_whose_line_is_cut_stops_its_sandboxes_and_comes_back(bool isSilent)
    {
        await using var scene = await WorkerScene.StartAsync();
        await using var way = new LineProxy(scene.Server.Address);
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(way.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "kept")).Ok();
        var stopped = worker.LoggedAsync("Every sandbox was stopped.");

        way.Cut(isSilent);

        await stopped;
        Assert.Empty(new Traces(worker.DataDirectory).Find());
        await scene.StandsAsync(environment, "away");
        var serving = worker.LoggedAsync("Serving ");
        way.Mend();
        await serving;
        await scene.StandsAsync(environment, "connected");
        Assert.Equal("kept", (await scene.ReadAsync(environment, "workspace/a.txt")).Ok().Text);
    }

    [SandboxFact]
    public async Task A_checkpoint_that_was_cut_leaves_nothing_and_the_turns_before_can_be_restored()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        var first = (await scene.TurnAsync(environment, "echo 1 >number; head -c 30000000 /dev/urandom >filling")).Ok();
        var disks = $"{worker.DataDirectory}/sandboxes/disks";
        var seen = Task.Run(() =>
        {
            // Without a pause: what is looked for is there for some milliseconds.
            for (var end = Environment.TickCount64 + 60_000; Environment.TickCount64 < end && Directory.GetFiles(disks, "chk_*.slot").Length == 0;)
            {
            }
        });

        var second = scene.TurnAsync(environment, "echo 2 >number");
        await seen.OrTimeout("a checkpoint that is on its way");
        await worker.KillAsync();

        Assert.Equal("completed", (await second).Ok().State); // the turn has nothing to do with it
        await worker.StartAgainAsync();
        await scene.StandsAsync(environment, "connected");
        var restored = await scene.CreateAsync($$"""{"from_interaction":"{{first.Id}}"}""");
        Assert.Equal("1\n", (await scene.ReadAsync(restored, "workspace/number")).Ok().Text);
        Assert.Equal("2\n", (await scene.ReadAsync(environment, "workspace/number")).Ok().Text);
        Assert.Empty(Directory.GetFiles(disks, "chk_*"));
    }
}
