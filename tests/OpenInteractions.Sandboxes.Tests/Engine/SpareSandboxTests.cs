using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>A sandbox that was started before anybody asked for it.</summary>
public sealed class SpareSandboxTests : IDisposable
{
    private const long Size = 32 * 1024 * 1024;

    // Everything that a command can see of its walls and limits, without what is of this sandbox alone: ids of mounts and devices, times.
    private const string Walls = """
        id; umask; pwd; ulimit -a
        grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' /proc/self/status
        sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s#/dev/loop[0-9]+#loop#' /proc/self/mountinfo
        cat /proc/net/route /etc/passwd /etc/group /etc/hosts /etc/resolv.conf /etc/oi/*
        env | grep -v '^_=' | sort; ls -la /proc/1/fd 2>&1 | wc -l; ls -lnd / /workspace /home/agent /tmp /etc/oi /etc/oi/* | sed -E 's/ [A-Z][a-z]{2} +[0-9]+ +[0-9:]+ / /; s# +[0-9]+ +/etc/oi/# /etc/oi/#'
        """; // of certificates without their length, which varies with the signature

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-sandboxes-");
    private readonly BubblewrapEngine _engine;

    public SpareSandboxTests() => _engine = HostProgram.Engine(_directory.FullName, []);

    public void Dispose()
    {
        _engine.Dispose();
        HostProcess.Run("rm", "-rf", "--", _directory.FullName);
    }

    [RootFact]
    public async Task Who_is_like_what_was_expected_gets_the_one_that_waits()
    {
        await ExpectAsync(slot: 3);
        var waiting = Assert.Single(_engine.Groups.Ids());
        var init = Assert.Single(_engine.Groups.Find(waiting).Processes, IsInit);
        Assert.Empty(_engine.Disks());

        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using (var sandbox = await StartAsync("a", "d", slot: 3))
        {
            Assert.Equal("a", sandbox.Id);
            Assert.Equal(["d"], _engine.Disks());
            Assert.Contains(init, _engine.Groups.Find(waiting).Processes); // the same process, and no other group
            Assert.Equal([waiting], _engine.Groups.Ids());
            Assert.Equal("mine\nagent 200003\n", await SayAsync(sandbox, "echo $NAME; echo kept >file; stat -c '%U %u' file"));
            Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => StartAsync("b", "d", slot: 3))).Kind);
            Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => _engine.DeleteDiskAsync("d", Within.Time))).Kind);
            Assert.NotNull(await _engine.SnapshotDiskAsync("d", "copy", Size, Within.Time));
        }

        Assert.Empty(_engine.Groups.Ids());
        Assert.Empty(Directory.GetFileSystemEntries(_engine.Directory.Live));
        await using var again = await StartAsync("a", "d", slot: 3);
        Assert.Equal("kept\n", await SayAsync(again, "cat file"));
    }

    [RootFact]
    public async Task Its_walls_and_limits_are_those_of_any_other()
    {
        await using var rig = new EgressRig();
        var walls = new List<string>();
        var limits = new List<string>();
        foreach (var isExpected in (bool[])[false, true])
        {
            await using var network = rig.Networks.Open(new SandboxNetworkSpec { Project = EgressRig.Project, EnvironmentId = "env", Rules = new StringOr<NetworkRules>("disabled") });
            var spec = Spec("a", "d", 3) with { Network = network };
            if (isExpected)
            {
                await _engine.ExpectUncheckedAsync(spec, Size, Within.Time);
            }

            await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
            await using (var sandbox = await _engine.StartUncheckedAsync(spec, Within.Time))
            {
                walls.Add((await SayAsync(sandbox, Walls)).Replace(network.Authority!.Trim(), "AUTHORITY", StringComparison.Ordinal));
                limits.Add(string.Join('\n', sandbox.Group.Directories.SelectMany(d => Directory.GetFiles(d)).Where(IsLimit).Select(f => $"{Path.GetFileName(f)} {File.ReadAllText(f)}")));
            }

            await _engine.DeleteDiskAsync("d", Within.Time);
        }

        Assert.Equal(walls[0], walls[1]);
        Assert.Equal(2, walls[1].Split("AUTHORITY").Length - 1); // it is trusted, and stands alone
        Assert.Contains("Seccomp:\t2", walls[1], StringComparison.Ordinal);
        Assert.Equal(limits[0], limits[1]);
        Assert.Contains("pids.max 80", limits[1], StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("slot")]
    [InlineData("size")]
    [InlineData("limits")]
    [InlineData("network")]
    [InlineData("dead")]
    public async Task Whoever_is_not_like_it_gets_his_own(string difference)
    {
        await ExpectAsync(slot: 3);
        var waiting = Assert.Single(_engine.Groups.Ids());
        if (difference == "dead")
        {
            await _engine.Groups.Find(waiting).KillAsync();
            Assert.True(await CrashTests.UntilAsync(() => Directory.GetFileSystemEntries(_engine.Directory.Live).Length == 0), "Its end was not noticed.");
        }

        await using var rig = new EgressRig();
        await using var network = rig.Networks.Open(new SandboxNetworkSpec { Project = EgressRig.Project, EnvironmentId = "env" });
        var spec = Spec("a", "d", difference == "slot" ? 4 : 3);
        spec = difference switch
        {
            "limits" => spec with { Limits = spec.Limits with { Processes = 70 } },
            "network" => spec with { Network = network },
            _ => spec,
        };
        await _engine.CreateDiskAsync("d", spec.Slot, difference == "size" ? Size * 2 : Size, Within.Time);
        await using var sandbox = await _engine.StartUncheckedAsync(spec, Within.Time);

        Assert.Equal($"{200_000 + spec.Slot}\n", await SayAsync(sandbox, "id -u"));
        Assert.Equal(difference == "slot" ? [waiting, "a"] : ["a"], _engine.Groups.Ids().OrderDescending());
        await _engine.ExpectUncheckedAsync(null, 0, Within.Time);
        Assert.Equal(["a"], _engine.Groups.Ids());
    }

    [RootFact]
    public async Task A_disk_that_it_gave_is_deleted_and_copied_like_any_other()
    {
        await ExpectAsync(slot: 3);
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        Assert.True(await _engine.DeleteDiskAsync("d", Within.Time));
        Assert.Empty(_engine.Groups.Ids());

        await ExpectAsync(slot: 3);
        await _engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await _engine.ForkDiskAsync("d", "e", 4, Within.Time);
        await using var fork = await StartAsync("e", "e", slot: 4);
        Assert.Equal("200004\n", await SayAsync(fork, "id -u"));

        // A copy that gets the slot in which one waits.
        await ExpectAsync(slot: 5);
        await _engine.ForkDiskAsync("d", "f", 5, Within.Time);
        await using var other = await StartAsync("f", "f", slot: 5);
        Assert.Equal("200005\n", await SayAsync(other, "id -u"));
    }

    [RootFact]
    public async Task It_ends_with_the_engine_and_nothing_is_left()
    {
        await ExpectAsync(slot: 3);
        var processes = _engine.Groups.Find(Assert.Single(_engine.Groups.Ids())).Processes.ToList();

        _engine.Dispose();

        Assert.NotEmpty(processes);
        Assert.DoesNotContain(processes, pid => Directory.Exists($"/proc/{pid}"));
        Assert.DoesNotContain(LoopDevices.Attached(), d => d.File.StartsWith(_directory.FullName, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles($"{_directory.FullName}/disks"));
        Assert.Empty(Directory.GetFileSystemEntries($"{_directory.FullName}/live"));
    }

    private static bool IsInit(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Contains("oi-sandbox-init", StringComparison.Ordinal) && File.ReadAllText($"/proc/{pid}/comm").StartsWith("dotnet", StringComparison.Ordinal);

    private static bool IsLimit(string file) => Path.GetFileName(file) is "memory.limit_in_bytes" or "memory.memsw.limit_in_bytes" or "cpu.cfs_quota_us" or "cpu.cfs_period_us" or "pids.max" or "memory.max" or "memory.swap.max" or "cpu.max";

    private static SandboxSpec Spec(string id, string disk, int slot) =>
        new() { Id = id, Disk = disk, Slot = slot, Limits = Scene.Limits, Environment = new Dictionary<string, string> { ["NAME"] = "mine" } };

    private Task ExpectAsync(int slot) => _engine.ExpectUncheckedAsync(Spec("x", "y", slot), Size, Within.Time);

    private Task<LinuxSandbox> StartAsync(string id, string disk, int slot) => _engine.StartUncheckedAsync(Spec(id, disk, slot), Within.Time);

    private static async Task<string> SayAsync(LinuxSandbox sandbox, string line)
    {
        var finished = await Finished.OfAsync(await sandbox.StartAsync(
            new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(20), OutputLimit = 1024 * 1024 }, Within.Time));
        return finished.Output + finished.Error;
    }
}
