using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>What a server that has nothing to do holds in memory.</summary>
internal sealed class IdleRow : IRow
{
    private const double Megabyte = 1_000_000;
    private const int FirstRequests = 20;

    public string Name => "idle";

    public string Title => "idle memory";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (server, ready) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        // A server that never answered anything has not loaded half of its code; a few requests make the figure an honest one.
        var figures = await UnaryLoad.RunAsync(
            run.Rig.Of(server), HttpRequests.Create(HttpRequests.ShortModel), clients: 1, TimeSpan.FromSeconds(30), cancellationToken, limit: FirstRequests);
        run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
        await Task.Delay(run.Effort.Settle, cancellationToken);
        var memory = ProcessFigures.Memory(server.Pid);
        run.Report.Add(new(Name, "resident memory", memory.Resident / Megabyte, "MB", Limit.NotAbove(150, 80), string.Create(
            CultureInfo.InvariantCulture,
            $"after {FirstRequests} requests and {run.Effort.Settle.TotalSeconds:0} s of rest; proportional share {memory.Proportional / Megabyte:0} MB, heap and stacks {memory.Anonymous / Megabyte:0} MB; ready {ready.TotalMilliseconds:0} ms after its start")));
    }
}
