using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>From the start of the process to the first 200, with many stored interactions and with none.</summary>
internal sealed class RestartRow : IRow
{
    private const int Clients = 32;
    private const string CountFile = "bench-seeded";

    public string Name => "restart";

    public string Title => "start to the first 200, full store and empty store";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var full = run.SeedDirectory ?? run.Rig.NewDataDirectory();
        var stored = await SeedAsync(run, full, cancellationToken);

        // The empty store is one that was set up before: creating the schema would make the full one look better than it is.
        var empty = run.Rig.NewDataDirectory();
        await StartAsync(run, empty, cancellationToken);
        await StartAsync(run, full, cancellationToken);

        var pairs = await Pairs<Start>.MeasureAsync(
            Math.Max(5, run.Effort.Rounds), () => StartAsync(run, empty, cancellationToken), () => StartAsync(run, full, cancellationToken));
        Add("start to ready", start => start.Ready);
        Add("start to first created interaction", start => start.Created);

        void Add(string what, Func<Start, double> figure) => run.Report.Add(new(
            Name, $"{what}, {stored} stored ÷ empty", pairs.Ratio(figure), "", Limit.NotAbove(1.5, 1.1), string.Create(
                CultureInfo.InvariantCulture, $"{pairs.Server(figure):0} ms and {pairs.Floor(figure):0} ms")));
    }

    /// <summary>Fills a store through the API. The directory remembers how many it has, so that it can be used again.</summary>
    private async Task<int> SeedAsync(Run run, string directory, CancellationToken cancellationToken)
    {
        var note = Path.Combine(directory, CountFile);
        var before = File.Exists(note) ? int.Parse(await File.ReadAllTextAsync(note, cancellationToken), CultureInfo.InvariantCulture) : 0;
        if (before >= run.SeedCount)
        {
            Report.Note($"{before} interactions from an earlier run");
            return before;
        }

        var (server, _) = await run.Rig.StartServerAsync(directory, cancellationToken);
        await using var owned = server;
        var figures = await UnaryLoad.RunAsync(
            Rig.Of(server), HttpRequests.Create(HttpRequests.ShortModel), Clients, TimeSpan.FromMinutes(30), cancellationToken,
            limit: run.SeedCount - before);
        run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
        var stored = before + figures.Requests;
        await File.WriteAllTextAsync(note, stored.ToString(CultureInfo.InvariantCulture), cancellationToken);
        Report.Note(string.Create(CultureInfo.InvariantCulture, $"stored {figures.Requests} interactions in {figures.Elapsed.TotalSeconds:0.0} s"));
        return stored;
    }

    private static async Task<Start> StartAsync(Run run, string directory, CancellationToken cancellationToken)
    {
        var (server, ready) = await run.Rig.StartServerAsync(directory, cancellationToken);
        await using var owned = server;
        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        await client.TurnAsync(null, cancellationToken);
        return new(ready.TotalMilliseconds, Stopwatch.GetElapsedTime(server.Started).TotalMilliseconds);
    }

    /// <summary>Milliseconds from the start of the process.</summary>
    private sealed record Start(double Ready, double Created);
}
