using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>The engine on this machine, as root.</summary>
public sealed class EngineTests : IDisposable
{
    private const long Size = 32 * 1024 * 1024;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-sandboxes-");
    private readonly BubblewrapEngine _engine;

    public EngineTests() => _engine = HostProgram.Engine(_directory.FullName, []);

    public void Dispose()
    {
        _engine.Dispose();
        HostProcess.Run("rm", "-rf", "--", _directory.FullName);
    }

    [RootFact]
    public async Task Every_wall_and_limit_is_tried_and_holds_here_or_is_told_with_a_remedy()
    {
        var report = await _engine.PreflightAsync(Within.Time);

        Assert.Equal(["doors", "uid", "capabilities", "seccomp", "network", "files", "processes", "memory", "cpu", "disk", "temporary", "open_files"], report.Checks.Select(c => c.Name));
        Assert.All(report.Checks, c => Assert.Equal(c.State == PreflightState.Enforced, c.Remedy.Length == 0));
        Assert.All(report.Checks.Where(c => c.Name is "doors" or "uid" or "capabilities" or "seccomp" or "network" or "files" or "disk"), c => Assert.Equal(PreflightState.Enforced, c.State));
    }

    [RootFact]
    public async Task Files_survive_a_stop_and_nothing_else_does()
    {
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using (var first = await StartAsync("a", "d"))
        {
            await RunAsync(first, "echo kept >/workspace/file; echo kept >/home/agent/file; echo lost >/tmp/file; setsid -f sleep 1000");
            Assert.Equal(SandboxEndReason.Stopped, (await first.StopAsync(TimeSpan.Zero, Within.Time)).Reason);
        }

        await using var second = await StartAsync("b", "d");
        var finished = await RunAsync(second, "cat /workspace/file /home/agent/file; cat /tmp/file; set -- /proc/[0-9]*; echo $#; whoami; pwd");

        Assert.Equal("kept\nkept\n2\nagent\n/workspace\n", finished.Output); // the init and bash, which counts without another process
    }

    [RootFact]
    public async Task A_fork_has_the_files_as_they_were_and_its_own_from_then_on()
    {
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using (var first = await StartAsync("a", "d"))
        {
            await RunAsync(first, "echo one >/workspace/file");
            Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => _engine.ForkDiskAsync("d", "e", 4, Within.Time))).Kind);
        }

        await _engine.ForkDiskAsync("d", "e", 4, Within.Time);
        await using var fork = await StartAsync("f", "e", slot: 4);
        await using var origin = await StartAsync("a", "d");

        Assert.Equal("one\nagent 200004\n", (await RunAsync(fork, "cat /workspace/file; echo two >/workspace/file; stat -c '%U %u' /workspace/file")).Output);
        Assert.Equal("one\n", (await RunAsync(origin, "cat /workspace/file")).Output);
    }

    [RootFact]
    public async Task A_disk_a_slot_and_a_name_are_used_once()
    {
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await _engine.CreateDiskAsync("e", 4, Size, Within.Time);
        await using var first = await StartAsync("a", "d");

        Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => StartAsync("b", "d"))).Kind);
        Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => StartAsync("a", "e", slot: 4))).Kind);
        Assert.Equal(SandboxErrorKind.Invalid, (await Assert.ThrowsAsync<SandboxException>(() => StartAsync("b", "e", slot: 5))).Kind);
        Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => _engine.DeleteDiskAsync("d", Within.Time))).Kind);
        Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => _engine.CreateDiskAsync("d", 3, Size, Within.Time))).Kind);
        await first.DisposeAsync();
        Assert.True(await _engine.DeleteDiskAsync("d", Within.Time));
        Assert.False(await _engine.DeleteDiskAsync("d", Within.Time));
    }

    [RootFact]
    public async Task An_init_that_is_killed_from_outside_is_told_and_leaves_nothing()
    {
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using var sandbox = await StartAsync("a", "d");
        var waiting = await sandbox.StartAsync(new CommandSpec { Arguments = ["sleep", "1000"] }, Within.Time);

        HostProcess.Run("kill", "-9", $"{Scene.Tree(sandbox.HostPid)[1]}");

        Assert.Equal(SandboxEndReason.Exited, (await sandbox.Ended.WaitAsync(Within.Time)).Reason);
        Assert.Equal(SandboxErrorKind.Ended, (await Assert.ThrowsAsync<SandboxException>(() => waiting.Result)).Kind);
        Assert.Equal(SandboxErrorKind.Ended, (await Assert.ThrowsAsync<SandboxException>(() => sandbox.StartAsync(new CommandSpec { Arguments = ["true"] }, Within.Time))).Kind);
        Assert.Empty(_engine.Groups.Ids());
    }

    [RootFact]
    public async Task What_is_not_given_up_refuses_the_start()
    {
        var given = HostProgram.Engine(Path.Combine(_directory.FullName, "other"), ["memory"]);
        var report = await given.PreflightAsync(Within.Time);
        given.Dispose();

        // Memory holds here, or is given up: either way it does not refuse.
        Assert.Contains(report.Checks, c => c.Name == "memory" && c.State != PreflightState.Missing);
        Assert.False(new PreflightReport("x", [new PreflightCheck("memory", PreflightState.Missing, "", "")]).CanStart);
        Assert.True(new PreflightReport("x", [new PreflightCheck("memory", PreflightState.Degraded, "", "")]).CanStart);
    }

    [RootTheory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("-rf")]
    [InlineData("a b")]
    public async Task Names_that_mean_something_elsewhere_are_refused(string name)
    {
        Assert.Equal(SandboxErrorKind.Invalid, (await Assert.ThrowsAsync<SandboxException>(() => _engine.CreateDiskAsync(name, 3, Size, Within.Time))).Kind);
        Assert.Equal(SandboxErrorKind.Invalid, (await Assert.ThrowsAsync<SandboxException>(() => StartAsync(name, "d"))).Kind);
    }

    private Task<LinuxSandbox> StartAsync(string id, string disk, int slot = 3) =>
        _engine.StartUncheckedAsync(new SandboxSpec { Id = id, Disk = disk, Slot = slot, Limits = Scene.Limits }, Within.Time);

    private static async Task<Finished> RunAsync(LinuxSandbox sandbox, string line) =>
        await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(20) }, Within.Time));
}
