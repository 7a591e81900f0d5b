using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Rows;

/// <summary>From the start of the process to the first 200, with many stored interactions and with none.</summary>
internal sealed class RestartRow : IRow
{
    public string Name => "restart";

    public string Title => "start to the first 200, full store and empty store";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (full, stored) = await run.Filled.GetAsync(run, Name, cancellationToken);

        // The empty store is one that was set up before: creating the schema would make the full one look better than it is.
        var empty = await run.NewStoreAsync(cancellationToken);
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

    private static async Task<Start> StartAsync(Run run, Store store, CancellationToken cancellationToken)
    {
        var (server, ready) = await run.Rig.StartServerAsync(store, cancellationToken);
        await using var owned = server;
        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        await client.TurnAsync(null, cancellationToken);
        return new(ready.TotalMilliseconds, Stopwatch.GetElapsedTime(server.Started).TotalMilliseconds);
    }

    /// <summary>Milliseconds from the start of the process.</summary>
    private sealed record Start(double Ready, double Created);
}
