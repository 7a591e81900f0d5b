using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>One chain of 1000 turns: what a late turn costs compared with an early one, in CPU and in stored bytes.</summary>
internal sealed class ChainRow : IRow
{
    private const int Length = 1000;

    public string Name => "chain";

    public string Title => $"a chain of {Length} turns";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        await BytesAsync(run, cancellationToken);
        await CpuAsync(run, cancellationToken);
    }

    /// <summary>The store is weighed while no server runs.</summary>
    private async Task BytesAsync(Run run, CancellationToken cancellationToken)
    {
        var store = await run.NewStoreAsync(cancellationToken);
        string? last = null;
        var sizes = new List<long>();
        int[] stops = [0, Length / 4, Length * 3 / 4, Length];
        for (var i = 0; i < stops.Length; i++)
        {
            var (server, _) = await run.Rig.StartServerAsync(store, cancellationToken);
            using (var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken))
            {
                last = i == 0 ? null : await client.TurnsAsync(last, stops[i] - stops[i - 1], cancellationToken);
            }

            await server.StopAsync();
            sizes.Add(await store.WeighAsync(cancellationToken));
            Report.Note($"turn {stops[i],5}: {sizes[^1]:N0} bytes at rest");
        }

        var early = (double)(sizes[1] - sizes[0]) / (stops[1] - stops[0]);
        var late = (double)(sizes[3] - sizes[2]) / (stops[3] - stops[2]);
        run.Report.Add(new(Name, "stored bytes per turn, late ÷ early", late / early, "", Limit.NotAbove(1.1, 1.0), string.Create(
            CultureInfo.InvariantCulture,
            $"turns 1–{stops[1]}: {early:0} B each, turns {stops[2] + 1}–{stops[3]}: {late:0} B each, the short turns of the bench")));
    }

    /// <summary>Early and late turns in turns: a new chain, and a branch off the long one near its end.</summary>
    private async Task CpuAsync(Run run, CancellationToken cancellationToken)
    {
        const int Block = 50;
        var (server, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        var fork = await client.TurnsAsync(null, Length - Block, cancellationToken);
        await client.TurnsAsync(null, Block, cancellationToken);
        await client.TurnsAsync(fork, Block, cancellationToken);

        var (early, late) = (CpuUse.Zero, CpuUse.Zero);
        var rounds = run.Effort.Quick ? 4 : 10;
        for (var round = 0; round < rounds; round++)
        {
            early += await CostAsync(null);
            late += await CostAsync(fork);
        }

        var turns = rounds * Block;
        run.Report.Add(new(Name, "CPU per turn, late ÷ early", late.Process / early.Process, "", Limit.NotAbove(2.5, 1.5), string.Create(
            CultureInfo.InvariantCulture,
            $"turns 1–{Block}: {Each(early)} each, turns {Length - Block + 1}–{Length}: {Each(late)} each, {turns} turns each, interleaved")));

        async Task<CpuUse> CostAsync(string? from)
        {
            var meter = CpuMeter.Start(run.Rig.Of(server));
            await client.TurnsAsync(from, Block, cancellationToken);
            return meter.Used;
        }

        string Each(CpuUse used) => string.Create(
            CultureInfo.InvariantCulture, $"{used.Process / turns:0.00} ms{CpuMeter.Beside(used.Database / turns, "ms", 1, "0.00")}");
    }
}
