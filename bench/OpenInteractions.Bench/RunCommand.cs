using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Rows;

namespace OpenInteractions.Bench;

/// <summary><c>run</c>: starts everything, measures the chosen rows, prints the table, stops everything.</summary>
internal static class RunCommand
{
    private const int DefaultSeed = 100_000;
    private const int QuickSeed = 5_000;
    private const int DefaultWaiting = 5_000;
    private const int QuickWaiting = 500;

    private static readonly IRow[] Rows =
    [
        new UnaryRow(), new StoreFalseRow(), new StreamsRow(), new ChainRow(), new BackgroundRow(), new WaitingRow(), new IdleRow(), new RestartRow(),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(
            args, ["--server", "--rows", "--rounds", "--seed-dir", "--seed-count", "--data-root", "--waiting", "--out", "--env", "--chunk-tokens"], ["--quick", "--keep"]);
        var quick = options.Has("--quick");
        int? rounds = options.Has("--rounds") ? options.Number("--rounds", 0) : null;
        var rows = Chosen(options.Text("--rows"));
        var server = new ServerUnderTest(ServerUnderTest.Locate(options.Text("--server")), options.Environment());
        var root = Directory.CreateDirectory(Path.Combine(
            Path.GetFullPath(options.Text("--data-root") ?? Path.GetTempPath()), $"oi-bench-{Environment.ProcessId}")).FullName;

        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var report = new Report();
        var machine = Machine.Describe(root);
        Console.WriteLine($"{machine}\nServer: {server.Program}");
        try
        {
            await using var rig = await Rig.StartAsync(server, root, options.Number("--chunk-tokens", 1), stopping.Token);
            var run = new Run(
                rig, report, quick ? Effort.Short(rounds) : Effort.Full(rounds), options.Text("--seed-dir") is { } seed ? Path.GetFullPath(seed) : null,
                options.Number("--seed-count", quick ? QuickSeed : DefaultSeed), options.Number("--waiting", quick ? QuickWaiting : DefaultWaiting));
            foreach (var row in rows)
            {
                await MeasureAsync(row, run, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped; the table holds what was measured until then.");
        }
        finally
        {
            if (!options.Has("--keep") && !report.Fails)
            {
                Directory.Delete(root, recursive: true);
            }
            else
            {
                Console.WriteLine($"\nData and logs are kept in {root}");
            }
        }

        var table = report.Markdown(machine);
        Console.WriteLine($"\n{table}");
        if (options.Text("--out") is { } file)
        {
            await File.WriteAllTextAsync(file, table);
        }

        return report.Fails || stopping.IsCancellationRequested ? 1 : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;      // The processes are stopped on the way out, not left behind.
            stopping.Cancel();
        }
    }

    private static async Task MeasureAsync(IRow row, Run run, CancellationToken stopping)
    {
        Report.Heading($"{row.Name}: {row.Title}");
        var started = Stopwatch.GetTimestamp();
        try
        {
            await row.MeasureAsync(run, stopping);
        }
        catch (Exception broken) when (!stopping.IsCancellationRequested)
        {
            run.Report.AddBroken(row.Name, broken);     // The other rows still have something to say.
        }

        Report.Note($"({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s)");
    }

    private static IRow[] Chosen(string? names)
    {
        if (names is null)
        {
            return Rows;
        }

        return [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name =>
            Rows.FirstOrDefault(row => row.Name == name)
            ?? throw new UsageException($"Unknown row '{name}'. Rows: {string.Join(", ", Rows.Select(row => row.Name))}."))];
    }
}
