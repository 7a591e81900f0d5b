using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Rows;
using OpenInteractions.Bench.Stores;

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
        new UnaryRow(), new StoreFalseRow(), new StreamsRow(), new ChainRow(), new BackgroundRow(), new WaitingRow(), new IdleRow(), new GetRow(), new RestartRow(),
        new ToolsRow(), new SandboxRow(), new NeighbourRow(), new DrainRow(),
    ];

    private static readonly string[] Valued =
    [
        "--server", "--engine", "--rows", "--rounds", "--seed-dir", "--seed-count", "--data-root", "--waiting", "--out", "--env", "--chunk-tokens",
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, Valued, ["--quick", "--keep"]);
        var engines = Engines.Chosen(options.Text("--engine"));
        var rows = Chosen(options.Text("--rows"), engines);
        var server = new ServerUnderTest(ServerUnderTest.Locate(options.Text("--server")), options.Environment());
        var root = Directory.CreateDirectory(Path.Combine(
            Path.GetFullPath(options.Text("--data-root") ?? Path.GetTempPath()), $"oi-bench-{Environment.ProcessId}")).FullName;

        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Report[] reports = [.. engines.Select(engine => new Report(engine.Label()))];
        var machine = Machine.Describe(root);
        Console.WriteLine($"{machine}\nServer: {server.Program}");
        try
        {
            await using var rig = await Rig.StartAsync(
                server, root, options.Number("--chunk-tokens", 1), withDatabase: engines.Contains(StoreEngine.Postgres), stopping.Token);
            if (rig.Database is { } database)
            {
                Console.WriteLine(database.Description);
                machine = $"{machine} {database.Description}.";
            }

            Run[] runs = [.. engines.Zip(reports, (engine, report) => Settings(options, rig, engine, report))];
            foreach (var (row, run) in rows.SelectMany(row => runs.Where(run => row.Measures(run.Engine)).Select(run => (row, run))))
            {
                await MeasureAsync(row, run, stopping.Token);
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped; the table holds what was measured until then.");
        }
        catch (Exception broken) when (broken is InvalidOperationException or TimeoutException)
        {
            reports[0].AddBroken("all", broken);
        }
        finally
        {
            if (!options.Has("--keep") && !reports.Any(report => report.Fails))
            {
                Directory.Delete(root, recursive: true);
            }
            else
            {
                Console.WriteLine($"\nData and logs are kept in {root}");
            }
        }

        var table = Report.Markdown(machine, reports);
        Console.WriteLine($"\n{table}");
        if (options.Text("--out") is { } file)
        {
            await File.WriteAllTextAsync(file, table);
        }

        return reports.Any(report => report.Fails) || stopping.IsCancellationRequested ? 1 : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;      // The processes are stopped on the way out, not left behind.
            stopping.Cancel();
        }
    }

    private static Run Settings(Options options, Rig rig, StoreEngine engine, Report report)
    {
        var quick = options.Has("--quick");
        int? rounds = options.Has("--rounds") ? options.Number("--rounds", 0) : null;
        var filled = new FilledStore(
            options.Text("--seed-dir") is { } seed ? Path.GetFullPath(seed) : null, options.Number("--seed-count", quick ? QuickSeed : DefaultSeed));
        return new(
            rig, engine, report, quick ? Effort.Short(rounds) : Effort.Full(rounds), filled, options.Number("--waiting", quick ? QuickWaiting : DefaultWaiting));
    }

    private static async Task MeasureAsync(IRow row, Run run, CancellationToken stopping)
    {
        Report.Heading($"{row.Name} on {run.Report.Engine}: {row.Title}");
        var started = Stopwatch.GetTimestamp();
        try
        {
            await row.MeasureAsync(run, stopping);
        }
        catch (Exception broken) when (!stopping.IsCancellationRequested)
        {
            run.Report.AddBroken(row.Name, broken);     // The other rows still have something to say.
        }
        finally
        {
            await run.Rig.EndRowAsync();
        }

        Report.Note($"({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s)");
    }

    private static IRow[] Chosen(string? names, StoreEngine[] engines)
    {
        if (names is null)
        {
            return Rows;
        }

        IRow[] chosen = [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name =>
            Rows.FirstOrDefault(row => row.Name == name)
            ?? throw new UsageException($"Unknown row '{name}'. Rows: {string.Join(", ", Rows.Select(row => row.Name))}."))];
        return chosen.FirstOrDefault(row => !engines.Any(row.Measures)) is { } idle
            ? throw new UsageException($"The row '{idle.Name}' needs another --engine.")
            : chosen;
    }
}
