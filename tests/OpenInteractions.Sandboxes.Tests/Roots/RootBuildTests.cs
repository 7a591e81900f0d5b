using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Roots;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Roots;

/// <summary>The way from a build to a sandbox that sees it, with a small system in the place of Debian's packages.</summary>
public sealed class RootBuildTests : IDisposable
{
    private const long Size = 32 * 1024 * 1024;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-roots-");

    private string Sandboxes => $"{_directory.FullName}/s";

    public void Dispose() => HostProcess.Run("rm", "-rf", "--one-file-system", "--", _directory.FullName);

    [RootFact]
    public async Task Programs_come_from_what_was_built_and_none_from_the_host()
    {
        var said = new List<string>();
        var built = await BuildAsync(tell: said.Add);

        Assert.Equal("5.2-copied", Assert.Single(built.Packages).Value);
        Assert.True(built.Bytes > 1_000_000);
        Assert.Contains(said, line => line.EndsWith("installing packages", StringComparison.Ordinal));
        using var engine = HostProgram.Engine(Sandboxes, []);
        await engine.CreateDiskAsync("d", 3, Size, Within.Time);
        await using var sandbox = await engine.StartUncheckedAsync(Spec("d", 3), Within.Time);
        var seen = await RunAsync(sandbox, $"{SmallRoot.Marker}; type -P python3 perl bwrap; (echo x >/usr/bin/new) 2>/dev/null && echo WRITTEN; id -u; readlink /etc/ssl/certs/ca-certificates.crt; echo kept >/workspace/f");
        Assert.Equal("inside\n200003\n/etc/oi/ca-certificates.crt\n", seen);
    }

    [RootFact]
    public async Task The_trial_of_walls_is_made_in_what_was_built_and_holds_there()
    {
        await BuildAsync();
        using var engine = HostProgram.Engine(Sandboxes, []);

        var report = await engine.PreflightAsync(Within.Time);

        Assert.All(report.Checks.Where(c => c.Name is not ("processes" or "memory" or "cpu")), c => Assert.True(c.State == PreflightState.Enforced, $"{c.Name}: {c.Finding}"));
        Assert.Contains(report.Checks, c => c.Name == "files");
        Assert.Empty(Directory.GetFiles($"{Sandboxes}/disks")); // the trial's disk remembers nothing
    }

    [RootFact]
    public async Task What_fetched_the_packages_is_not_left_in_it()
    {
        var built = await BuildAsync();
        var root = $"{Sandboxes}/systems/{built.Id}/root";

        Assert.All((string[])["etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/sources.list", "etc/shadow"], path => Assert.False(File.Exists($"{root}/{path}"), path));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{root}/usr/bin/oi-set-user-id"));
        Assert.True(File.Exists($"{root}/etc/pip.conf"));
        Assert.DoesNotContain("word", string.Join(' ', built.Sources), StringComparison.Ordinal);
        Assert.Equal(["manifest.json", "root"], Directory.GetFileSystemEntries($"{Sandboxes}/systems/{built.Id}").Select(p => Path.GetFileName(p)).Order());
    }

    [RootFact]
    public async Task A_rebuild_leaves_live_sandboxes_and_their_environments_what_they_have()
    {
        var first = await BuildAsync();
        using var engine = HostProgram.Engine(Sandboxes, []);
        await engine.CreateDiskAsync("old", 3, Size, Within.Time);
        await engine.CreateDiskAsync("new", 4, Size, Within.Time);
        await using (var live = await engine.StartUncheckedAsync(Spec("old", 3), Within.Time))
        {
            var second = await BuildAsync();
            Assert.True(string.CompareOrdinal(first.Id, second.Id) < 0);
            Assert.Equal("inside\n", await RunAsync(live, SmallRoot.Marker));
        }

        var catalog = new RootCatalog(Sandboxes);
        Assert.Equal([$"built {first.Id}", $"built {catalog.Ids()[0]}"], ((string[])["old", "new"]).Select(catalog.NameFor));
        await using (var again = await engine.StartUncheckedAsync(Spec("old", 3), Within.Time))
        {
            Assert.Equal("inside\n", await RunAsync(again, SmallRoot.Marker));
        }

        await engine.DeleteDiskAsync("old", Within.Time);
        Assert.Single(catalog.Ids());
    }

    [RootFact]
    public async Task A_build_that_was_killed_is_not_used_and_the_next_one_clears_it_away()
    {
        // What a kill leaves: half of the files, without a manifest.
        var half = $"{Sandboxes}/systems/.building-20260101-000000/root/usr";
        Directory.CreateDirectory(half);
        Assert.Equal("host", new RootCatalog(Sandboxes).NameFor(null));

        var built = await BuildAsync();

        Assert.False(Directory.Exists(half));
        Assert.Equal($"built {built.Id}", new RootCatalog(Sandboxes).NameFor(null));
    }

    [RootFact]
    public async Task What_fails_or_is_stopped_leaves_nothing_and_says_why()
    {
        var refused = await Assert.ThrowsAsync<SandboxException>(() => BuildAsync("echo 'E: no such mirror http://user:word@mirror' >&2; exit 3"));
        Assert.Contains("E: no such mirror http://mirror", refused.Message, StringComparison.Ordinal);

        var broken = await Assert.ThrowsAsync<SandboxException>(() => BuildAsync("mkdir -p \"${@: -1}/etc\"; exit 0"));
        Assert.Equal(SandboxErrorKind.Refused, broken.Kind);

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BuildAsync("echo 'I: waiting...' >&2; exec sleep 1000", line =>
        {
            if (line.EndsWith("waiting", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }, stop.Token));
        Assert.DoesNotContain(Directory.GetDirectories($"{Sandboxes}/systems"), _ => true);
    }

    [RootFact]
    public async Task Two_builds_do_not_meet()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var first = BuildAsync("echo 'I: waiting...' >&2; exec sleep 1000", line =>
        {
            if (line.EndsWith("waiting", StringComparison.Ordinal))
            {
                begun.TrySetResult();
            }
        }, stop.Token);
        await begun.Task.WaitAsync(Within.Time);

        Assert.Equal(SandboxErrorKind.Conflict, (await Assert.ThrowsAsync<SandboxException>(() => BuildAsync())).Kind);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await BuildAsync();
    }

    [RootTheory]
    [InlineData("-x", null)]
    [InlineData("bookworm;id", null)]
    [InlineData(null, "a b")]
    [InlineData(null, "--setup-hook=id")]
    public async Task Names_that_mean_something_else_are_refused(string? suite, string? package)
    {
        var request = new RootBuildRequest { Directory = Sandboxes, Suite = suite ?? "bookworm", Packages = package is null ? [] : [package] };

        Assert.Equal(SandboxErrorKind.Invalid, (await Assert.ThrowsAsync<SandboxException>(() => RootBuild.RunAsync(request, SmallRoot.Bootstrap(_directory.FullName), _ => { }, Within.Time))).Kind);
    }

    private Task<BuiltRoot> BuildAsync(string before = "", Action<string>? tell = null, CancellationToken? cancellationToken = null) => RootBuild.RunAsync(
        new RootBuildRequest { Directory = Sandboxes, Suite = "bookworm", Mirrors = ["http://user:word@mirror/debian"], IsMinimal = true },
        SmallRoot.Bootstrap(_directory.FullName, before), tell ?? (_ => { }), cancellationToken ?? Within.Time);

    private static SandboxSpec Spec(string disk, int slot) => new() { Id = disk, Disk = disk, Slot = slot, Limits = Scene.Limits };

    private static async Task<string> RunAsync(LinuxSandbox sandbox, string line) =>
        (await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(20) }, Within.Time))).Output;
}
