using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>How long a background create takes to be acknowledged: the length of the conversation must not matter.</summary>
internal sealed class BackgroundRow : IRow
{
    private const int Turn = 1000;

    public string Name => "background";

    public string Title => $"background acknowledged at turn {Turn} and at turn 1";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (server, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        var last = await client.TurnsAsync(null, Turn - 1, cancellationToken);

        var samples = run.Effort.Quick ? 40 : 200;
        List<double> early = [], late = [];
        for (var i = -10; i < samples; i++)
        {
            // Each run ends before the next is sent: the acknowledgement is measured, not the work of the one before.
            var first = await AcknowledgedAsync(null);
            var thousandth = await AcknowledgedAsync(last);
            if (i >= 0)
            {
                early.Add(first);
                late.Add(thousandth);
            }
        }

        run.Report.Add(new(Name, $"acknowledged at turn {Turn} ÷ at turn 1", Samples.Median(late) / Samples.Median(early), "", Limit.NotAbove(2, 1.2), string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Samples.Median(late):0.00} ms and {Samples.Median(early):0.00} ms; p99 {Samples.Quantile(late, 0.99):0.0} ms and {Samples.Quantile(early, 0.99):0.0} ms; {samples} each")));

        async Task<double> AcknowledgedAsync(string? previous)
        {
            var (id, elapsed) = await client.BackgroundAsync(HttpRequests.ShortModel, previous, cancellationToken);
            await client.WaitCompletedAsync(id, cancellationToken);
            return elapsed;
        }
    }
}
