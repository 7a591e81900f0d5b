using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;
using static OpenInteractions.Sandboxes.Tests.Environments.EnvironmentRig;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Checkpoints: the files of an environment as they were when a turn ended, on this machine.</summary>
public sealed class CheckpointTests
{
    [RootFact]
    public async Task A_new_environment_begins_with_the_files_of_a_turn_while_the_old_one_goes_on()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(Inline("source.txt", "source"));
        await TurnAsync(rig, made.Id, "int_1", "echo one >file; echo x >gone; setsid -f sleep 1000");
        await TurnAsync(rig, made.Id, "int_2", "echo two >file; rm gone");

        var (one, two) = (await rig.CreateAsync(fromInteraction: "int_1"), await rig.CreateAsync(fromInteraction: "int_2"));

        Assert.Equal("1\ntwo\nfile\nsource.txt\n", await rig.RunAsync(made.Id, "pgrep -c sleep; cat file; ls")); // the sandbox was not stopped for it
        Assert.Equal("one\nfile\ngone\nsource.txt\nagent\n", await rig.RunAsync(one.Id, "cat file; ls; stat -c %U file"));
        Assert.Equal("two\nfile\nsource.txt\n", await rig.RunAsync(two.Id, "cat file; ls"));
        Assert.Equal((made.Id, EnvironmentState.Ready), (one.ForkedFrom, one.State));
        Assert.Equal(["int_2", "int_1"], (await ListAsync(rig, made.Id)).Select(c => c.InteractionId));
        Assert.All(await ListAsync(rig, made.Id), c => Assert.InRange(c.SizeBytes, 1, rig.Options.DiskBytes));
    }

    [RootFact]
    public async Task It_is_one_moment_of_a_disk_that_is_written_to_all_the_time()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_0", "cat >w.sh <<'E'\ni=0; while :; do i=$((i+1)); mkdir -p d$((i%50)); echo $i >d$((i%50))/a.new; mv d$((i%50))/a.new first; echo $i >b.new; mv b.new second; done\nE\nsetsid -f bash w.sh; until [ -s second ]; do :; done");
        for (var i = 1; i <= 5; i++)
        {
            await TurnAsync(rig, made.Id, $"int_{i}", "true");
            var disk = $"{rig.Disks}/{(await rig.Checkpoints.FindAsync(Project, $"int_{i}", Within.Time))!.Id}.img";

            // Whole without a repair, and without the journal that a disk needs that was cut.
            Assert.Equal(0, await ExitOfAsync("e2fsck", "-fn", disk));
            Assert.DoesNotContain("needs_recovery", await OutputOfAsync("dumpe2fs", "-h", disk), StringComparison.Ordinal);
            var copy = await rig.CreateAsync(fromInteraction: $"int_{i}");
            var counts = (await rig.RunAsync(copy.Id, "cat first second")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
            Assert.InRange(counts[0] - counts[1], 0, 1);
        }

        var written = await rig.RunAsync(made.Id, "cat second");
        Assert.NotEqual(written, await rig.RunAsync(made.Id, $"until [ $(cat second) != {written.Trim()} ]; do :; done; cat second")); // it goes on writing
    }

    [RootFact]
    public async Task Variables_and_rules_are_those_that_the_environment_has_now_and_sources_of_later_are_left_out()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Env = Variables("then") });
        await TurnAsync(rig, made.Id, "int_1", "echo $V >file");
        await rig.Environments.ChangeAsync(Project, made.Id, Inline("later.txt", "later") with { Env = Variables("now") }, "environment", Within.Time);

        var copy = await rig.CreateAsync(fromInteraction: "int_1");

        Assert.Equal("then\nnow\nfile\n", await rig.RunAsync(copy.Id, "cat file; echo $V; ls"));
        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(new EnvironmentSpec { Type = "remote", Env = Variables("mine") }, fromInteraction: "int_1"));
        Assert.Equal((ErrorCode.InvalidRequest, "environment.from_interaction"), (refused.Code, refused.Field));
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(forkOf: made.Id, fromInteraction: "int_1"))).Code);
    }

    [RootFact]
    public async Task Where_there_is_none_it_is_not_found_with_its_place_and_nothing_is_made()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_1", "true");
        await using (var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time))
        {
            await use.KeepAsync("int_idle", Within.Time); // it has had no sandbox
        }

        var before = rig.Store.All.Count;
        foreach (var (project, interaction) in new[] { (Project, "int_idle"), (Project, "int_none"), (Project, new string('i', 5000)), ("another", "int_1"), (Project, "") })
        {
            var request = new EnvironmentRequest { FromInteraction = interaction };
            var refused = await Assert.ThrowsAsync<ApiException>(() => rig.Environments.CreateAsync(project, request, "environment", Within.Time));
            Assert.Equal((ErrorCode.NotFound, "environment.from_interaction"), (refused.Code, refused.Field));
            Assert.InRange(refused.Message.Length, 1, 800);
        }

        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.CheckpointsAsync("another", made.Id, null, 10, Within.Time))).Code);
        Assert.Equal(before, rig.Store.All.Count);
    }

    [RootFact]
    public async Task With_the_policy_none_nothing_is_kept_and_what_there_is_can_be_used()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_1", "echo one >file");
        rig.Options.Checkpoints = CheckpointPolicy.None;
        await TurnAsync(rig, made.Id, "int_2", "echo two >file");

        Assert.Equal("one\n", await rig.RunAsync((await rig.CreateAsync(fromInteraction: "int_1")).Id, "cat file"));
        Assert.Contains("keeps none", (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(fromInteraction: "int_2"))).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task An_environment_has_the_newest_of_them_and_one_of_each_turn()
    {
        await using var rig = new EnvironmentRig(o => o.MaxCheckpoints = 2);
        var (made, other) = (await rig.CreateAsync(), await rig.CreateAsync());
        await TurnAsync(rig, other.Id, "int_other", "true");
        foreach (var turn in new[] { "int_1", "int_2", "int_2", "int_3" })
        {
            await TurnAsync(rig, made.Id, turn, "date +%N >>file");
        }

        Assert.Equal(["int_3", "int_2"], (await ListAsync(rig, made.Id)).Select(c => c.InteractionId));
        Assert.Equal(2, (await rig.RunAsync((await rig.CreateAsync(fromInteraction: "int_2")).Id, "cat file")).Split('\n').Length - 2);
        Assert.Equal(["int_other"], (await ListAsync(rig, other.Id)).Select(c => c.InteractionId));
        AssertDisks(rig);
    }

    [RootFact]
    public async Task Beyond_the_bytes_that_all_may_take_the_oldest_of_whom_takes_most_makes_way()
    {
        await using var rig = new EnvironmentRig();
        var (large, small) = (await rig.CreateAsync(), await rig.Environments.CreateAsync("small", new EnvironmentRequest(), "environment", Within.Time));
        await TurnAsync(rig, small.Id, "int_small", "true", "small");
        await TurnAsync(rig, large.Id, "int_1", "head -c 8000000 /dev/urandom >file");
        await TurnAsync(rig, large.Id, "int_2", "true");
        rig.Options.CheckpointBytes = rig.Checkpoints.All.Sum(c => c.SizeBytes) + 1_000_000;

        await TurnAsync(rig, large.Id, "int_3", "true");

        Assert.Equal(["int_3", "int_2"], (await ListAsync(rig, large.Id)).Select(c => c.InteractionId));
        Assert.Single(await rig.Environments.CheckpointsAsync("small", small.Id, null, 10, Within.Time));
        AssertDisks(rig);

        // What alone is too large takes nothing away.
        rig.Options.MaxCheckpointBytes = 4_000_000;
        var before = rig.Checkpoints.All.Count;
        await TurnAsync(rig, large.Id, "int_4", "true");
        Assert.Equal(before, rig.Checkpoints.All.Count);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(fromInteraction: "int_4"))).Code);

        // A limit that was lowered holds after the next look.
        rig.Options.CheckpointBytes = 9_500_000;
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.InRange(rig.Checkpoints.All.Sum(c => c.SizeBytes), 0, rig.Options.CheckpointBytes);
        AssertDisks(rig);
    }

    [RootFact]
    public async Task What_was_deleted_inside_takes_no_room()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_1", "head -c 20000000 /dev/urandom >file");
        await TurnAsync(rig, made.Id, "int_2", "rm file");

        var sizes = rig.Checkpoints.All.Select(c => c.SizeBytes).ToList();

        Assert.InRange(sizes[0], 20_000_000, rig.Options.DiskBytes);
        Assert.InRange(sizes[1], 1, 10_000_000);
    }

    [RootFact]
    public async Task A_turn_whose_checkpoint_fails_has_none_and_leaves_those_that_there_are()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_1", "echo one >file");
        foreach (var fault in new Exception[] { new IOException("No room.", 28), new SandboxException(SandboxErrorKind.Refused, "It is not held."), new InvalidOperationException("Unforeseen.") })
        {
            rig.Engine.SnapshotFault = fault;
            await TurnAsync(rig, made.Id, "int_2", "echo two >file");
        }

        rig.Engine.SnapshotFault = null;
        rig.Engine.Used = rig.Options.MaxDiskUse;
        await TurnAsync(rig, made.Id, "int_2", "echo two >file");
        rig.Engine.Used = 0;

        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(fromInteraction: "int_2"))).Code);
        Assert.Equal("one\n", await rig.RunAsync((await rig.CreateAsync(fromInteraction: "int_1")).Id, "cat file"));
        AssertDisks(rig);
    }

    [RootFact]
    public async Task A_checkpoint_expires_and_goes_with_its_environment_and_can_be_deleted()
    {
        await using var rig = new EnvironmentRig(o => o.CheckpointKeepTime = TimeSpan.FromDays(2));
        var (made, other) = (await rig.CreateAsync(), await rig.CreateAsync());
        await TurnAsync(rig, made.Id, "int_old", "true");
        rig.Time.Advance(TimeSpan.FromDays(1));
        foreach (var turn in new[] { "int_1", "int_2" })
        {
            await TurnAsync(rig, made.Id, turn, "true");
        }

        rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(fromInteraction: "int_old"))).Code);
        Assert.Equal(2, (await ListAsync(rig, made.Id)).Count);
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.Equal(["int_1", "int_2"], rig.Checkpoints.All.Select(c => c.InteractionId));
        AssertDisks(rig);

        var id = rig.Checkpoints.All[0].Id;
        foreach (var (environment, checkpoint) in new[] { (other.Id, id), (made.Id, "chk_none"), (made.Id, made.Id), (made.Id, new string('c', 5000)) })
        {
            Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.DeleteCheckpointAsync(Project, environment, checkpoint, Within.Time))).Code);
        }

        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.DeleteCheckpointAsync("another", made.Id, id, Within.Time))).Code);
        await rig.Environments.DeleteCheckpointAsync(Project, made.Id, id, Within.Time);
        Assert.Equal(["int_2"], rig.Checkpoints.All.Select(c => c.InteractionId));
        AssertDisks(rig);

        await rig.Environments.DeleteAsync(Project, made.Id, Within.Time);
        Assert.Empty(rig.Checkpoints.All);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(fromInteraction: "int_2"))).Code);
        AssertDisks(rig);
    }

    [RootFact]
    public async Task After_a_crash_rows_and_disks_are_brought_together()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        foreach (var turn in new[] { "int_lost", "int_orphan", "int_kept" })
        {
            await TurnAsync(rig, made.Id, turn, "echo x >file");
        }

        var (lost, orphan) = (rig.Checkpoints.All[0], rig.Checkpoints.All[1]);
        File.Delete($"{rig.Disks}/{lost.Id}.img");
        await rig.Checkpoints.DeleteAsync(Project, orphan.Id, Within.Time);
        await File.WriteAllTextAsync($"{rig.Disks}/chk_half.img.new", "half");
        await File.WriteAllTextAsync($"{rig.Disks}/chk_half.slot", "0");

        await rig.RestartAsync();
        await rig.Keeper.SweepAsync(Within.Time);

        Assert.Equal(["int_kept"], rig.Checkpoints.All.Select(c => c.InteractionId));
        AssertDisks(rig);
        Assert.Equal("x\n", await rig.RunAsync((await rig.CreateAsync(fromInteraction: "int_kept")).Id, "cat file"));
    }

    [RootFact]
    public async Task The_files_of_a_turn_are_there_when_the_environments_own_disk_is_lost()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await TurnAsync(rig, made.Id, "int_1", "echo one >file");
        await rig.Environments.Local.Live.StopAllAsync();
        File.Delete($"{rig.Disks}/{made.Id}.img");

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("from_interaction", refused.Message, StringComparison.Ordinal);
        Assert.Equal("one\n", await rig.RunAsync((await rig.CreateAsync(fromInteraction: "int_1")).Id, "cat file"));
    }

    [RootFact]
    public async Task What_was_held_by_a_server_that_was_killed_with_its_shell_is_let_go_at_the_next_start()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "echo kept >file");
        await rig.Environments.Local.Live.StopAllAsync();
        var image = $"{rig.Disks}/{made.Id}.img";
        await OutputOfAsync("losetup", "--find", image);
        var held = await FrozenDisk.HoldAsync(rig.Engine.Inner.Directory, made.Id, "freeze-test", Within.Time);
        Assert.NotNull(held);
        await OutputOfAsync("pkill", "-9", "-f", $"^/bin/sh .*oi-sandbox-freeze .*{image}$");
        await Assert.ThrowsAsync<SandboxException>(() => held.DisposeAsync().AsTask());

        await rig.Engine.ReapAsync(Within.Time);

        Assert.Equal("kept\nmore\n", await rig.RunAsync(made.Id, "echo more >>file; cat file").OrTimeout("the sandbox on a disk that nobody holds"));
    }

    [RootFact]
    public async Task Whoever_holds_a_disk_lets_go_when_the_server_is_gone()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var sandbox = await use.SandboxAsync(Within.Time);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        // The pipe to the shell is closed at once, as it is when the server dies.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FrozenDisk.HoldAsync(rig.Engine.Inner.Directory, made.Id, "freeze-test", gone.Token));

        Assert.Equal("written\n", await EnvironmentRig.RunAsync(sandbox, "echo written >file; sync -f file; cat file").OrTimeout("a write"));
    }

    private static async Task TurnAsync(EnvironmentRig rig, string environment, string interaction, string line, string project = Project)
    {
        await using var use = await rig.Environments.EnterAsync(project, environment, Within.Time);
        await EnvironmentRig.RunAsync(await use.SandboxAsync(Within.Time), line);
        await use.KeepAsync(interaction, Within.Time);
    }

    private static Task<IReadOnlyList<StoredCheckpoint>> ListAsync(EnvironmentRig rig, string environment) => rig.Environments.CheckpointsAsync(Project, environment, null, 100, Within.Time);

    private static Dictionary<string, StringOr<EnvironmentVariable>> Variables(string value) => new() { ["V"] = new StringOr<EnvironmentVariable>(value) };

    // A file for each row and a row for each file.
    private static void AssertDisks(EnvironmentRig rig) => Assert.Equal(
        rig.Checkpoints.All.SelectMany(c => (string[])[$"{c.Id}.img", $"{c.Id}.slot"]).Order(StringComparer.Ordinal),
        Directory.GetFiles(rig.Disks, $"{StoredCheckpoint.Prefix}*").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private static async Task<int> ExitOfAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Within.Time), process.StandardError.ReadToEndAsync(Within.Time));
        await process.WaitForExitAsync(Within.Time);
        return process.ExitCode;
    }

    private static Task<string> OutputOfAsync(params string[] command) => Tool.RunAsync(command, Within.Time);
}
