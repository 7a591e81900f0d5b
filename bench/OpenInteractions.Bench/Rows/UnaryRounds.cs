using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>Rounds of unary load on floor and server.</summary>
internal static class UnaryRounds
{
    /// <param name="alongside">Something measured once per round, next to floor and server.</param>
    public static async Task<Pairs<UnaryFigures>> MeasureAsync(
        Run run, string row, Target server, bool? store, int clients, CancellationToken cancellationToken, Func<Task>? alongside = null)
    {
        foreach (var target in (Target[])[run.Rig.Floor, server])
        {
            var warm = await UnaryLoad.RunAsync(target, Request(target, store), clients, run.Effort.WarmUp, cancellationToken);
            Report.Note($"{target.Name,-8} {clients,3} clients {warm}   (warm-up)");
            run.Report.AddErrors(row, warm.Errors, warm.FirstError);
        }

        var pairs = await Pairs<UnaryFigures>.MeasureAsync(
            run.Effort.Rounds,
            async () =>
            {
                await (alongside?.Invoke() ?? Task.CompletedTask);
                return await LoadAsync(run, run.Rig.Floor, store, clients, cancellationToken);
            },
            () => LoadAsync(run, server, store, clients, cancellationToken));
        foreach (var figures in pairs.OfServer.Where(figures => figures.Errors > 0))
        {
            run.Report.AddErrors(row, figures.Errors, figures.FirstError);
        }

        return pairs;
    }

    public static async Task<UnaryFigures> LoadAsync(Run run, Target target, bool? store, int clients, CancellationToken cancellationToken)
    {
        var figures = await UnaryLoad.RunAsync(target, Request(target, store), clients, run.Effort.Window, cancellationToken);
        Report.Note($"{target.Name,-8} {clients,3} clients {figures}");
        return figures;
    }

    public static void Add(Run run, string row, Pairs<UnaryFigures> pairs, Limit perSecond, Limit cpu)
    {
        run.Report.Add(new(row, "requests/s ÷ floor", pairs.Ratio(figures => figures.PerSecond), "", perSecond, string.Create(
            CultureInfo.InvariantCulture,
            $"server {pairs.Server(figures => figures.PerSecond):0}/s, floor {pairs.Floor(figures => figures.PerSecond):0}/s; p99 {pairs.Server(figures => figures.P99):0.0} ms, floor {pairs.Floor(figures => figures.P99):0.0} ms")));
        run.Report.Add(new(row, "CPU per request ÷ floor", pairs.Ratio(figures => figures.CpuPerRequest), "", cpu, Cpu(pairs)));
    }

    /// <summary>The absolute figures behind a ratio of CPU, and what the database used beside, where there is one.</summary>
    public static string Cpu(Pairs<UnaryFigures> pairs, string floor = "floor")
    {
        double? database = pairs.OfServer.Any(figures => figures.DatabasePerRequest is null) ? null : pairs.Server(figures => figures.DatabasePerRequest!.Value);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"server {pairs.Server(figures => figures.CpuPerRequest) * 1000:0} µs{CpuMeter.Beside(database, "µs", 1000)}, {floor} {pairs.Floor(figures => figures.CpuPerRequest) * 1000:0} µs");
    }

    private static byte[] Request(Target target, bool? store) =>
        HttpRequests.Call(target.Wire, HttpRequests.ShortModel, stream: false, store: store);
}
