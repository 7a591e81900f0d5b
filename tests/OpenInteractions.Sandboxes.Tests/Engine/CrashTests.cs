using System.Globalization;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>A server that is killed, with something in a sandbox that ignores everything.</summary>
public sealed class CrashTests
{
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_server_leaves_no_process_no_mount_and_no_device(bool asUser)
    {
        if (asUser && Obstacle.ForUser is not null)
        {
            return; // said by the attacks of that user
        }

        using var host = new HostProcess(asUser, "hold");
        var inside = await UpAsync(host);
        Assert.InRange(inside.Count, 5, 50);

        host.Process.Kill();

        Assert.True(await UntilAsync(() => !inside.Any(pid => Directory.Exists($"/proc/{pid}"))), "Processes of the sandbox live on.");
        Assert.True(await UntilAsync(() => !LoopDevices.Attached().Any(d => d.File.StartsWith(host.Sandboxes, StringComparison.Ordinal))), "A device holds the image.");
        Assert.DoesNotContain(host.Sandboxes, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);

        // An empty control group and an empty stage wait for the next start.
        using var next = HostProgram.Engine(host.Sandboxes, []);
        await next.ReapAsync(Within.Time);
        Assert.Empty(next.Groups.Ids());
        Assert.Empty(Directory.GetFileSystemEntries(next.Directory.Live));
    }

    [RootFact]
    public async Task What_a_killed_server_left_is_reaped_at_the_next_start_also_when_the_init_was_stopped()
    {
        using var host = new HostProcess(asUser: false, "hold");
        var inside = await UpAsync(host);
        // Stopped from outside, the init does not see the end of its input.
        foreach (var pid in inside)
        {
            HostProcess.Run("kill", "-STOP", $"{pid}");
        }

        host.Process.Kill();
        await host.Process.WaitForExitAsync(Within.Time);
        Assert.Contains(inside, pid => Directory.Exists($"/proc/{pid}"));

        using var next = HostProgram.Engine(host.Sandboxes, []);
        var found = await next.ReapAsync(Within.Time);

        Assert.NotEmpty(found);
        Assert.True(await UntilAsync(() => !inside.Any(pid => Directory.Exists($"/proc/{pid}"))), "Processes of the sandbox live on.");
        Assert.True(await UntilAsync(() => !LoopDevices.Attached().Any(d => d.File.StartsWith(host.Sandboxes, StringComparison.Ordinal))), "A device holds the image.");
        Assert.Empty(next.Groups.Ids());
        Assert.Empty(Directory.GetFileSystemEntries(next.Directory.Live));
        Assert.Empty(await next.ReapAsync(Within.Time));
        await using var again = await next.StartUncheckedAsync(new SandboxSpec { Id = "held", Disk = "held", Slot = 1, Limits = Scene.Limits }, Within.Time);
        Assert.Equal("hi\n", (await Finished.OfAsync(await again.StartAsync(new CommandSpec { Arguments = ["echo", "hi"] }, Within.Time))).Output);
    }

    [RootFact]
    public void A_directory_has_one_server()
    {
        var directory = Directory.CreateTempSubdirectory("oi-sandboxes-");
        using (var first = HostProgram.Engine(directory.FullName, []))
        {
            Assert.Equal(SandboxErrorKind.Conflict, Assert.Throws<SandboxException>(() => HostProgram.Engine(directory.FullName, [])).Kind);
        }

        HostProgram.Engine(directory.FullName, []).Dispose();
        directory.Delete(recursive: true);
    }

    private static async Task<IReadOnlyList<int>> UpAsync(HostProcess host)
    {
        var line = await host.Process.StandardOutput.ReadLineAsync(Within.Time);
        Assert.True(line?.StartsWith("up ", StringComparison.Ordinal), line ?? await host.Process.StandardError.ReadToEndAsync(Within.Time));
        return Scene.Tree(int.Parse(line!.AsSpan(3), CultureInfo.InvariantCulture));
    }

    internal static async Task<bool> UntilAsync(Func<bool> holds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var i = 0; i < 1500; i++)
        {
            if (holds())
            {
                return true;
            }

            await timer.WaitForNextTickAsync();
        }

        return false;
    }
}
