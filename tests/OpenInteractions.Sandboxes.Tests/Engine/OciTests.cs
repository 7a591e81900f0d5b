using System.Globalization;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Sandboxes.Tests.Roots;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>The engine with a runtime of the OCI in the place of bwrap.</summary>
public sealed class OciTests : IDisposable
{
    private const long Size = 32 * 1024 * 1024;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-sandboxes-");
    private readonly BubblewrapEngine _engine;

    public OciTests() => _engine = HostProgram.Engine(_directory.FullName, [], Obstacle.Runtime);

    public void Dispose()
    {
        _engine.Dispose();
        HostProcess.Run("rm", "-rf", "--one-file-system", "--", _directory.FullName);
    }

    [OciFact]
    public async Task Every_wall_and_limit_is_tried_and_holds_as_with_bwrap()
    {
        var report = await _engine.PreflightAsync(Within.Time);

        Assert.Equal("oci (runc)", report.Engine);
        Assert.Equal(["doors", "uid", "capabilities", "seccomp", "network", "files", "processes", "memory", "cpu", "disk", "temporary", "open_files"], report.Checks.Select(c => c.Name));
        Assert.All(report.Checks.Where(c => c.Name is "doors" or "uid" or "capabilities" or "seccomp" or "network" or "files" or "disk" or "temporary" or "open_files"), c => Assert.True(c.State == PreflightState.Enforced, $"{c.Name}: {c.Finding}"));
    }

    [OciFact]
    public async Task A_runtime_that_does_not_start_anything_refuses_every_start()
    {
        using var engine = HostProgram.Engine($"{_directory.FullName}/other", [], "/bin/false");

        var report = await engine.PreflightAsync(Within.Time);

        Assert.False(report.CanStart);
        Assert.Equal(PreflightState.Missing, report.Checks.Single(c => c.Name == "start").State);
    }

    [OciFact]
    public async Task Files_are_on_the_same_disks_as_with_bwrap_and_survive_a_change_of_the_engine()
    {
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using (var first = await StartAsync(_engine, "d"))
        {
            Assert.Equal("agent 200003\n/workspace\n", (await RunAsync(first, "echo kept >/workspace/file; stat -c '%U %u' /workspace/file; pwd")).Output);
            Assert.Equal(SandboxEndReason.Stopped, (await first.StopAsync(TimeSpan.Zero, Within.Time)).Reason);
        }

        _engine.Dispose();
        using var other = HostProgram.Engine(_directory.FullName, []);
        await using var second = await StartAsync(other, "d");
        Assert.Equal("kept\n", (await RunAsync(second, "cat /workspace/file")).Output);
    }

    [OciFact]
    public async Task Programs_come_from_another_root_file_system()
    {
        var root = $"{_directory.FullName}/root";
        await SmallRoot.MakeAsync(root);
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using var sandbox = await _engine.StartUncheckedAsync(new SandboxSpec { Id = "s", Disk = "d", Slot = 3, Limits = Scene.Limits, RootFileSystem = root }, Within.Time);

        Assert.Equal("inside\n", (await RunAsync(sandbox, $"{SmallRoot.Marker}; type -P python3 perl")).Output);
    }

    [OciFact]
    public async Task What_a_killed_server_left_is_gone_or_reaped_at_the_next_start()
    {
        HostProcess.Runtime.Value = Obstacle.Runtime;
        using var host = new HostProcess(asUser: false, "hold");
        var line = await host.Process.StandardOutput.ReadLineAsync(Within.Time);
        Assert.True(line?.StartsWith("up ", StringComparison.Ordinal), line ?? await host.Process.StandardError.ReadToEndAsync(Within.Time));
        var inside = Scene.Tree(int.Parse(line!.AsSpan(3), CultureInfo.InvariantCulture));
        Assert.InRange(inside.Count, 5, 50);
        // Stopped from outside, neither the runtime nor the init sees the end of its input.
        foreach (var pid in inside)
        {
            HostProcess.Run("kill", "-STOP", $"{pid}");
        }

        host.Process.Kill();
        await host.Process.WaitForExitAsync(Within.Time);
        using var next = HostProgram.Engine(host.Sandboxes, [], Obstacle.Runtime);
        Assert.NotEmpty(await next.ReapAsync(Within.Time));

        Assert.Empty(next.Groups.Ids());
        await using var again = await next.StartUncheckedAsync(new SandboxSpec { Id = "held", Disk = "held", Slot = 1, Limits = Scene.Limits }, Within.Time);
        Assert.True(await CrashTests.UntilAsync(() => !inside.Any(pid => Directory.Exists($"/proc/{pid}"))), "Processes of the sandbox live on.");
        Assert.Equal("hi\n", (await Finished.OfAsync(await again.StartAsync(new CommandSpec { Arguments = ["echo", "hi"] }, Within.Time))).Output);
    }

    private static Task<LinuxSandbox> StartAsync(BubblewrapEngine engine, string disk) =>
        engine.StartUncheckedAsync(new SandboxSpec { Id = "s", Disk = disk, Slot = 3, Limits = Scene.Limits }, Within.Time);

    private static async Task<Finished> RunAsync(LinuxSandbox sandbox, string line) =>
        await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(20) }, Within.Time));
}

/// <summary>Every attack against sandboxes that a runtime of the OCI has made.</summary>
public sealed class OciAttackTests(OciAttacks attacks) : IClassFixture<OciAttacks>
{
    public static TheoryData<string> Names => RootAttackTests.Names;

    [OciTheory]
    [MemberData(nameof(Names))]
    public void Is_contained(string attack) => Assert.Equal("contained", attacks.Results.GetValueOrDefault(attack, $"It was not tried. {attacks.Errors}"));
}

/// <summary>The attacks on them, made once.</summary>
public sealed class OciAttacks() : AttackResults(Obstacle.ForOciWhole, asUser: false, "attacks", Obstacle.Runtime);
