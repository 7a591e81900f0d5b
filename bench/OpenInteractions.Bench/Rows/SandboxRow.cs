using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Bench.Rows;

/// <summary>
/// How fast sandboxes start and run commands, and what idle ones hold. The floor of starts is a bare <c>bwrap</c> that shows the host's files and runs <c>true</c>, measured in
/// turns with them. Needs root, as the strong form of sandboxes does.
/// </summary>
internal sealed class SandboxRow : IRow
{
    private const double Megabyte = 1_000_000;
    private const long DiskBytes = 256L * 1024 * 1024;
    private const int CommandsOfEach = 10;

    public string Name => "sandbox";

    public string Title => "sandboxes";

    public bool Measures(StoreEngine engine) => engine == StoreEngine.Sqlite && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/bwrap");

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("oi-bench-sandboxes-");
        try
        {
            var options = new SandboxOptions { Directory = directory.FullName };
            options.Accept.AddRange(["memory", "cpu", "processes"]); // what a build machine may not have; the start is the same
            using var engine = new BubblewrapEngine(options);
            await engine.PreflightAsync(cancellationToken);
            await StartsAsync(run, engine, run.Effort.Quick ? 10 : 40, isExpected: false, cancellationToken);
            await StartsAsync(run, engine, run.Effort.Quick ? 10 : 40, isExpected: true, cancellationToken);
            await IdleAsync(run, engine, run.Effort.Quick ? 20 : 100, cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task StartsAsync(Run run, BubblewrapEngine engine, int rounds, bool isExpected, CancellationToken cancellationToken)
    {
        var (floor, fresh, resumed, live) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = -2; round < rounds; round++)
        {
            var bare = await TimedAsync(() => RunAsync("bwrap", "--ro-bind", "/", "/", "--unshare-all", "--dev", "/dev", "--proc", "/proc", "true"));
            var disk = $"r{round + 2}";
            if (isExpected)
            {
                await engine.ExpectAsync(Spec(disk, 1), DiskBytes, cancellationToken);
            }

            ISandbox? sandbox = null;
            var first = await TimedAsync(async () =>
            {
                await engine.CreateDiskAsync(disk, 1, DiskBytes, cancellationToken);
                sandbox = await StartAsync(engine, disk, 1, cancellationToken);
                await EchoAsync(sandbox, cancellationToken);
            });
            var commands = new List<double>();
            for (var i = 0; i < CommandsOfEach; i++)
            {
                commands.Add(await TimedAsync(() => EchoAsync(sandbox!, cancellationToken)));
            }

            await sandbox!.DisposeAsync();
            var again = await TimedAsync(async () =>
            {
                sandbox = await StartAsync(engine, disk, 1, cancellationToken);
                await EchoAsync(sandbox, cancellationToken);
            });
            await sandbox.DisposeAsync();
            await engine.DeleteDiskAsync(disk, cancellationToken);
            if (round < 0)
            {
                continue; // warm-up
            }

            floor.Add(bare);
            fresh.Add(first);
            resumed.Add(again);
            live.AddRange(commands);
        }

        var ratios = fresh.Zip(floor, (start, bare) => start / bare).ToList();
        run.Report.Add(new(Name, isExpected ? "new environment to the first output ÷ bare bwrap" : "the same, when none was expected", Median(ratios), "", isExpected ? Limit.NotAbove(8, 4) : null,
            string.Create(CultureInfo.InvariantCulture, $"p50 {Median(fresh):0.0} ms with its disk, best {fresh.Min():0.0}; bare bwrap p50 {Median(floor):0.0} ms, best {floor.Min():0.0}; {rounds} of each in turns")));
        if (isExpected)
        {
            return; // what comes after the start is the same
        }

        run.Report.Add(new(Name, "command in a live sandbox, p50", Median(live), "ms", Limit.NotAbove(5, 2),
            string.Create(CultureInfo.InvariantCulture, $"`echo` from request to its end, {live.Count} times; best {live.Min():0.0} ms")));
        run.Report.Add(new(Name, "resume of a stopped environment, p50", Median(resumed), "ms", Limit.NotAbove(100, 50),
            string.Create(CultureInfo.InvariantCulture, $"to the first output, on its disk; best {resumed.Min():0.0} ms")));
    }

    private async Task IdleAsync(Run run, BubblewrapEngine engine, int count, CancellationToken cancellationToken)
    {
        var sandboxes = new List<ISandbox>();
        try
        {
            for (var slot = 0; slot < count; slot++)
            {
                await engine.CreateDiskAsync($"i{slot}", slot, DiskBytes, cancellationToken);
                sandboxes.Add(await StartAsync(engine, $"i{slot}", slot, cancellationToken));
                await EchoAsync(sandboxes[^1], cancellationToken);
            }

            await Task.Delay(run.Effort.Settle, cancellationToken);
            var held = sandboxes.Cast<LinuxSandbox>().SelectMany(s => Below(s.HostPid)).Sum(Proportional);
            run.Report.Add(new(Name, "memory of an idle environment", held / Megabyte / count, "MB", Limit.NotAbove(20, 10),
                string.Create(CultureInfo.InvariantCulture, $"proportional share of all processes of {count}, {held / Megabyte:0} MB together")));
        }
        finally
        {
            foreach (var sandbox in sandboxes)
            {
                await sandbox.DisposeAsync();
            }
        }
    }

    private static async Task<ISandbox> StartAsync(BubblewrapEngine engine, string disk, int slot, CancellationToken cancellationToken) =>
        await engine.StartAsync(Spec(disk, slot), cancellationToken);

    private static SandboxSpec Spec(string disk, int slot) => new() { Id = disk, Disk = disk, Slot = slot };

    private static async Task EchoAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        var command = await sandbox.StartAsync(new CommandSpec { Arguments = ["echo", "hi"] }, cancellationToken);
        var bytes = 0;
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            bytes += piece.Data.Length;
        }

        if ((await command.Result).ExitCode != 0 || bytes != 3)
        {
            throw new InvalidOperationException("A command in a sandbox did not say what it should.");
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
    }

    private static async Task<double> TimedAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static IEnumerable<int> Below(int pid)
    {
        yield return pid;
        foreach (var child in Directory.GetDirectories($"/proc/{pid}/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            foreach (var below in Below(int.Parse(child, CultureInfo.InvariantCulture)))
            {
                yield return below;
            }
        }
    }

    private static double Proportional(int pid) =>
        double.Parse(File.ReadLines($"/proc/{pid}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
