using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Environments;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>Images that somebody else wrote: the host writes and mounts nothing through what they hold.</summary>
public sealed class HostileImageTests : IDisposable
{
    private const string Secret = "of the host";
    private readonly DirectoryInfo _victim = Directory.CreateTempSubdirectory("oi-victim-");

    public void Dispose() => HostProcess.Run("rm", "-rf", "--", _victim.FullName);

    /// <summary>Each is a script in the directory where the image is mounted; its first argument is a directory of the host.</summary>
    public static TheoryData<string> Tricks =>
    [
        "rm upper/etc/passwd; ln -s \"$1/file\" upper/etc/passwd",
        "rm upper/etc/group; ln -s \"$1/file\" upper/etc/group",
        "rm upper/etc/passwd; mkfifo upper/etc/passwd",
        "rm -rf upper/etc; ln -s \"$1\" upper/etc",
        "mv upper \"old\"; ln -s \"$1/upper\" upper",
        "rm -rf work; ln -s \"$1/upper\" work",
        "rm -rf upper/workspace; ln -s \"$1/upper\" upper/workspace",
        "rm -rf upper/home; ln -s \"$1/upper\" upper/home",
        "rm -rf upper/.agents; ln -s \"$1/upper\" upper/.agents",
        "ln -s \"$1/upper\" upper/usr",
        "ln -s \"$1/upper\" upper/proc",
        "ln -s \"$1/upper\" upper/etc/oi",
        "mkdir -p upper/opt/oi/init; echo mine >upper/opt/oi/init/oi-sandbox-init.dll",
        "mknod upper/tmp c 0 0",
        "chown 200099 upper/etc",
        "chown 200099 upper/workspace",
        "chmod 777 upper/etc",
    ];

    [RootTheory]
    [MemberData(nameof(Tricks))]
    public async Task An_image_that_was_tampered_with_is_refused_and_the_host_is_as_it_was(string trick)
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "echo one >one");
        await rig.Environments.Local.Live.StopAllAsync();
        Tamper($"{rig.Disks}/{made.Id}.img", trick);
        var image = new MemoryStream();
        await rig.Engine.ExportDiskAsync(made.Id, image, Within.Time);
        image.Position = 0;

        // It comes from a checkpoint of another host, is copied, and is started as it is.
        var isBelowOverlay = trick.Contains("upper/etc/oi", StringComparison.Ordinal);
        if (!isBelowOverlay)
        {
            Assert.Equal(SandboxErrorKind.BadDisk, (await Assert.ThrowsAsync<SandboxException>(() => rig.Engine.ImportDiskAsync("copy", 4711, image, Within.Time))).Kind);
            Assert.Equal(SandboxErrorKind.BadDisk, (await Assert.ThrowsAsync<SandboxException>(() => rig.Engine.ForkDiskAsync(made.Id, "fork", 4712, Within.Time))).Kind);
            Assert.Equal([made.Id], rig.Engine.Disks());
        }

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "echo two >two"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("its disk is not laid out as disks are here", refused.Message, StringComparison.Ordinal);
        Assert.Equal(EnvironmentState.Failed, (await rig.RowAsync(made.Id)).State);
        Assert.Equal(Secret, await File.ReadAllTextAsync($"{_victim.FullName}/file", Within.Time));
        Assert.Equal("file\nupper\nupper/workspace\n", HostProcess.Run("find", _victim.FullName, "-mindepth", "1", "-printf", "%P\\n").Replace("\r", "", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task A_file_system_that_names_options_of_its_own_is_not_mounted()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "echo one >one");
        await rig.Environments.Local.Live.StopAllAsync();
        HostProcess.Run("tune2fs", "-E", "mount_opts=data_err=abort", $"{rig.Disks}/{made.Id}.img");
        var image = new MemoryStream();
        await rig.Engine.ExportDiskAsync(made.Id, image, Within.Time);
        image.Position = 0;

        Assert.Equal(SandboxErrorKind.BadDisk, (await Assert.ThrowsAsync<SandboxException>(() => rig.Engine.ImportDiskAsync("copy", 4711, image, Within.Time))).Kind);
    }

    [RootFact]
    public async Task What_a_program_inside_may_do_is_no_reason_to_refuse_its_disk()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "chmod 777 /workspace /home/agent; ln -s /etc/passwd /workspace/etc; ln -s / /home/agent/root; ln -s /nowhere /var/tmp/x; mkfifo /workspace/pipe; ln /workspace/etc /.agents/x");
        await rig.Environments.Local.Live.StopAllAsync();

        await rig.Engine.ForkDiskAsync(made.Id, "fork", 4712, Within.Time);

        await using var sandbox = await rig.Engine.StartAsync(new SandboxSpec { Id = "fork", Disk = "fork", Slot = 4712 }, Within.Time);
        Assert.Equal("204712 204712 agent\n", await EnvironmentRig.RunAsync(sandbox, "echo $(stat -c %u /workspace/etc /home/agent) $(whoami)"));
        Assert.Equal("/workspace/etc\n", await rig.RunAsync(made.Id, "ls -d /workspace/etc"));
    }

    private void Tamper(string image, string trick)
    {
        Directory.CreateDirectory($"{_victim.FullName}/upper/workspace");
        File.WriteAllText($"{_victim.FullName}/file", Secret);
        var place = Directory.CreateTempSubdirectory("oi-tamper-").FullName;
        HostProcess.Run("unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-ec", $"mount -n -o loop -- \"$2\" \"$3\"; cd -- \"$3\"; {trick}; cd /; umount \"$3\"", "tamper", _victim.FullName, image, place);
        Directory.Delete(place);
    }
}
