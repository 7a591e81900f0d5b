using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>Durable unary create: throughput and CPU with 16 clients, latency with one.</summary>
internal sealed class UnaryRow : IRow
{
    public string Name => "unary";

    public string Title => "durable unary create, 16 clients and one";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (process, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = process;
        var server = run.Rig.Of(process);

        var many = await UnaryRounds.MeasureAsync(run, Name, server, store: null, clients: 16, cancellationToken);
        UnaryRounds.Add(run, Name, many, perSecond: Limit.NotBelow(0.25, 0.45), cpu: Limit.NotAbove(4, 2.5));

        var direct = new List<double>();
        var one = await UnaryRounds.MeasureAsync(run, Name, server, store: null, clients: 1, cancellationToken, alongside: async () =>
            direct.Add((await UnaryRounds.LoadAsync(run, run.Rig.Provider, store: null, clients: 1, cancellationToken)).P50));
        var provider = Samples.Median(direct);
        var (floorP50, serverP50) = (one.Floor(figures => figures.P50), one.Server(figures => figures.P50));
        var measured = string.Create(
            CultureInfo.InvariantCulture, $"p50: provider {provider:0.000} ms, floor {floorP50:0.000} ms, server {serverP50:0.000} ms");
        run.Report.Add(new(Name, "one client: added p50 ÷ floor's", (serverP50 - provider) / (floorP50 - provider), "", Limit.NotAbove(8, 5), measured));
        run.Report.Add(new(Name, "one client: p50 ÷ floor's p50", one.Ratio(figures => figures.P50), "", null, measured));
    }
}

/// <summary>The same with <c>store:false</c>: what is left when nothing is written.</summary>
internal sealed class StoreFalseRow : IRow
{
    public string Name => "store-false";

    public string Title => "unary create with store:false, 16 clients";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (process, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = process;
        var pairs = await UnaryRounds.MeasureAsync(run, Name, run.Rig.Of(process), store: false, clients: 16, cancellationToken);
        UnaryRounds.Add(run, Name, pairs, perSecond: Limit.NotBelow(0.5, 0.75), cpu: Limit.NotAbove(2.2, 1.6));
    }
}
