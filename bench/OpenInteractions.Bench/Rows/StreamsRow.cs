using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>Many streams at 50 tokens per second: nothing late, little CPU per token, the first token soon.</summary>
internal sealed class StreamsRow : IRow
{
    private const int PerSecond = 50;
    private const int Must = 400;
    private const int Aim = 1000;

    public string Name => "streams";

    public string Title => "streams at 50 tokens/s";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (process, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = process;
        var server = run.Rig.Of(process);
        var tokens = run.Effort.Quick ? 4 * PerSecond : 10 * PerSecond;
        foreach (var target in (Target[])[run.Rig.Floor, server])
        {
            await WarmUpAsync(target);
        }

        var many = await RoundsAsync(Must);
        Delivered(many, Must, Limit.NotBelow(0.99, 0.99));
        run.Report.Add(new(Name, $"{Must} streams: CPU per token ÷ relay floor", many.Ratio(figures => figures.CpuPerToken), "", Limit.NotAbove(2, 1.4), Cpu(many)));
        run.Report.Add(new(Name, $"{Must} streams: time to first token ÷ floor", many.Ratio(figures => figures.FirstP50), "", Limit.NotAbove(3, 1.5), First(many)));

        var more = await RoundsAsync(Aim);
        // At 1000 streams the figures are aims; what must hold is only that every stream ends with its whole text.
        Delivered(more, Aim, Limit.AimNotBelow(0.99));
        run.Report.Add(new(Name, $"{Aim} streams: CPU per token ÷ relay floor", more.Ratio(figures => figures.CpuPerToken), "", Limit.AimNotAbove(1.4), Cpu(more)));
        run.Report.Add(new(Name, $"{Aim} streams: time to first token ÷ floor", more.Ratio(figures => figures.FirstP50), "", Limit.AimNotAbove(1.5), First(more)));

        // In short rounds: what is compiled late is what happens once per stream.
        async Task WarmUpAsync(Target target)
        {
            for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < run.Effort.WarmUp;)
            {
                Report.Note($"{target.Name,-8} {await StreamLoad.RunAsync(target, Must, PerSecond, 2 * PerSecond, cancellationToken)}   (warm-up)");
            }
        }

        async Task<Pairs<StreamFigures>> RoundsAsync(int streams)
        {
            var rounds = run.Effort.Quick ? 1 : run.Effort.Rounds;
            var pairs = await Pairs<StreamFigures>.MeasureAsync(rounds, () => LoadAsync(run.Rig.Floor, streams), () => LoadAsync(server, streams));
            foreach (var figures in pairs.OfServer)
            {
                run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
            }

            return pairs;
        }

        async Task<StreamFigures> LoadAsync(Target target, int streams)
        {
            var figures = await StreamLoad.RunAsync(target, streams, PerSecond, tokens, cancellationToken);
            Report.Note($"{target.Name,-8} {figures}");
            return figures;
        }

        void Delivered(Pairs<StreamFigures> pairs, int streams, Limit limit) => run.Report.Add(new(
            Name, $"{streams} streams: delivered in time", pairs.Server(figures => figures.Delivered), "", limit, string.Create(
                CultureInfo.InvariantCulture,
                $"of {streams * tokens} tokens; floor {pairs.Floor(figures => figures.Delivered):0.000}")));
    }

    private static string Cpu(Pairs<StreamFigures> pairs) => string.Create(
        CultureInfo.InvariantCulture,
        $"server {pairs.Server(figures => figures.CpuPerToken) * 1000:0.0} µs{Database(pairs)}, floor {pairs.Floor(figures => figures.CpuPerToken) * 1000:0.0} µs");

    private static string Database(Pairs<StreamFigures> pairs) => CpuMeter.Beside(
        pairs.OfServer.Any(figures => figures.DatabasePerToken is null) ? null : pairs.Server(figures => figures.DatabasePerToken!.Value), "µs", 1000, "0.0");

    private static string First(Pairs<StreamFigures> pairs) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50: server {pairs.Server(figures => figures.FirstP50):0.00} ms, floor {pairs.Floor(figures => figures.FirstP50):0.00} ms; p99: {pairs.Server(figures => figures.FirstP99):0.0} ms, {pairs.Floor(figures => figures.FirstP99):0.0} ms");
}
