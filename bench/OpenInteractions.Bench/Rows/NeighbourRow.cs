using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Bench.Rows;

/// <summary>
/// What a sandbox that misbehaves takes from the one beside it: the same command there, alone and while the other one forks without end, takes all memory, fills its disk and floods its
/// output. Needs root and control groups.
/// </summary>
internal sealed class NeighbourRow : IRow
{
    private const double Megabyte = 1_000_000;
    private const int Commands = 40;
    private const int MaxOutput = 100_000;

    private static readonly (string Name, string Line)[] Attacks =
    [
        ("a fork bomb", "f() { f | f & }; f; wait"),
        ("a memory hog", "while true; do head -c 2000000000 /dev/zero | tail >/dev/null; done"),
        ("a full disk", "while true; do dd if=/dev/zero of=/workspace/big bs=1M 2>/dev/null; rm -f /workspace/big; done"),
        ("a flood of output", "yes & yes >&2"),
    ];

    public string Name => "neighbour";

    public string Title => "a sandbox beside one that misbehaves";

    public bool Measures(StoreEngine engine) => engine == StoreEngine.Sqlite && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/bwrap");

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("oi-bench-neighbour-");
        try
        {
            using var engine = new BubblewrapEngine(new SandboxOptions { Directory = directory.FullName });
            await using var quiet = await StartAsync(engine, "quiet", 1, cancellationToken);
            _ = await MedianAsync(quiet, cancellationToken); // warm-up
            foreach (var (name, line) in Attacks)
            {
                var alone = await MedianAsync(quiet, cancellationToken);
                var before = WorkingSet();
                await using var other = await StartAsync(engine, "other", 2, cancellationToken);
                var attack = await other.StartAsync(
                    new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromMinutes(1), OutputLimit = MaxOutput }, cancellationToken);
                var reading = DropAsync(attack, cancellationToken);
                await Task.Delay(run.Effort.Settle, cancellationToken); // it takes hold
                var beside = await MedianAsync(quiet, cancellationToken);
                var grown = WorkingSet() - before;
                await other.DisposeAsync();
                await reading;
                await engine.DeleteDiskAsync("other", cancellationToken);
                run.Report.Add(new(Name, $"a command beside {name} ÷ alone", beside / alone, "", Limit.NotAbove(3, 1.5),
                    string.Create(CultureInfo.InvariantCulture, $"p50 {beside:0.0} ms and {alone:0.0} ms, {Commands} of each; this process grew by {grown / Megabyte:0} MB")));
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<ISandbox> StartAsync(BubblewrapEngine engine, string disk, int slot, CancellationToken cancellationToken)
    {
        await engine.CreateDiskAsync(disk, slot, 256L << 20, cancellationToken);
        var limits = new SandboxLimits { MemoryBytes = 256L << 20, Processes = 128, Processors = 1 };
        return await engine.StartAsync(new SandboxSpec { Id = disk, Disk = disk, Slot = slot, Limits = limits }, cancellationToken);
    }

    private static async Task<double> MedianAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Commands; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var command = await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", "echo hi"] }, cancellationToken);
            await DropAsync(command, cancellationToken);
            await command.Result;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task DropAsync(ISandboxCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var piece in command.ReadOutputAsync(cancellationToken))
            {
                _ = piece;
            }
        }
        catch (SandboxException)
        {
            // The sandbox was ended, which was the plan.
        }
    }

    private static long WorkingSet()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
