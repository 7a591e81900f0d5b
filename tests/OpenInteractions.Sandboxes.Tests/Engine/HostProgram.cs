using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>A server of sandboxes as a process of its own: to be another user, or to be killed.</summary>
internal static class HostProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["attacks", var directory, .. var accept]:
                await AttackRun.WriteAsync(directory, accept, Console.Out);
                return 0;
            case ["attacks-in", var directory, var root, .. var accept]:
                await AttackRun.WriteAsync(directory, accept, Console.Out, root);
                return 0;
            case ["doors", var directory, .. var accept]:
                await Doors.DoorRun.WriteAsync(directory, accept, Console.Out);
                return 0;
            case ["hold", var directory, .. var accept]:
                await HoldAsync(directory, accept);
                return 0;
            case ["measure", var directory, .. var accept]:
                await MeasureAsync(directory, accept);
                return 0;
            default:
                Console.Error.WriteLine("attacks DIRECTORY [ACCEPT…], attacks-in DIRECTORY ROOT [ACCEPT…], doors DIRECTORY [ACCEPT…], hold DIRECTORY [ACCEPT…] or measure DIRECTORY [ACCEPT…]");
                return 2;
        }
    }

    /// <summary>Names the runtime where sandboxes are to be made by one of the OCI.</summary>
    public const string RuntimeVariable = "OI_TEST_RUNTIME";

    public static BubblewrapEngine Engine(string directory, IEnumerable<string> accept, string? runtime = null)
    {
        var options = new SandboxOptions { Directory = directory };
        if ((runtime ?? Environment.GetEnvironmentVariable(RuntimeVariable)) is { } oci)
        {
            (options.Engine, options.OciRuntime) = (SandboxEngine.Oci, oci);
        }

        options.Accept.AddRange(accept);
        return new BubblewrapEngine(options);
    }

    // Starts a sandbox with something hostile in it, says so, and waits to be killed.
    private static async Task HoldAsync(string directory, string[] accept)
    {
        using var engine = Engine(directory, accept);
        await engine.CreateDiskAsync("held", 1, 64 * 1024 * 1024, CancellationToken.None);
        await using var sandbox = await engine.StartUncheckedAsync(new SandboxSpec { Id = "held", Disk = "held", Slot = 1, Limits = Scene.Limits }, CancellationToken.None);
        await engine.ExpectUncheckedAsync(new SandboxSpec { Id = "next", Disk = "next", Slot = 2, Limits = Scene.Limits }, 64 * 1024 * 1024, CancellationToken.None); // and one that waits for its owner
        const string Hostile = "trap '' HUP INT TERM QUIT USR1 USR2 PIPE; for i in 1 2 3; do setsid -f bash -c 'trap \"\" HUP INT TERM QUIT PIPE; exec 0<&- 1>&- 2>&-; while :; do read -t 1 <> <(:); done'; done; echo up; while :; do read -t 1 <> <(:); done";
        var command = await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", Hostile] }, CancellationToken.None);
        await using var output = command.ReadOutputAsync(CancellationToken.None).GetAsyncEnumerator();
        await output.MoveNextAsync();
        Console.WriteLine($"up {sandbox.HostPid}");
        await sandbox.Ended;
    }

    private static async Task MeasureAsync(string directory, string[] accept)
    {
        using var engine = Engine(directory, accept);
        await engine.PreflightAsync(CancellationToken.None);
        var (bare, disk, start, live, stop) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < 15; i++)
        {
            var watch = Stopwatch.StartNew();
            await Tool.RunAsync(["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--dev", "/dev", "--proc", "/proc", "true"], CancellationToken.None);
            bare.Add(watch.Elapsed.TotalMilliseconds);
            await engine.DeleteDiskAsync("m", CancellationToken.None);
            watch.Restart();
            await engine.CreateDiskAsync("m", 1, 256 * 1024 * 1024, CancellationToken.None);
            disk.Add(watch.Elapsed.TotalMilliseconds);
            await using var sandbox = await engine.StartUncheckedAsync(new SandboxSpec { Id = "m", Disk = "m", Slot = 1 }, CancellationToken.None);
            await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["echo", "hi"] }, CancellationToken.None));
            start.Add(watch.Elapsed.TotalMilliseconds);
            for (var j = 0; j < 20; j++)
            {
                watch.Restart();
                await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["echo", "hi"] }, CancellationToken.None));
                live.Add(watch.Elapsed.TotalMilliseconds);
            }

            if (i == 14)
            {
                foreach (var pid in Scene.Tree(sandbox.HostPid))
                {
                    Console.WriteLine($"{pid} {(await File.ReadAllTextAsync($"/proc/{pid}/comm")).Trim()} {string.Join(' ', (await File.ReadAllLinesAsync($"/proc/{pid}/smaps_rollup")).Where(l => l.StartsWith("Pss", StringComparison.Ordinal) || l.StartsWith("Rss", StringComparison.Ordinal)))}");
                }
            }

            watch.Restart();
            await sandbox.StopAsync(TimeSpan.Zero, CancellationToken.None);
            stop.Add(watch.Elapsed.TotalMilliseconds);
        }

        foreach (var (name, values) in (ValueTuple<string, List<double>>[])[("bare bwrap", bare), ("disk", disk), ("new environment to first output", start), ("command", live), ("stop", stop)])
        {
            values.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: p50 {values[values.Count / 2]:0.0} ms, p90 {values[values.Count * 9 / 10]:0.0} ms"));
        }
    }
}
