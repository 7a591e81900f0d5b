using System.Globalization;
using System.Text;
using OpenInteractions.Bench.Floor;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>Reading stored interactions by id, next to an endpoint that answers the same bytes without looking for them.</summary>
internal sealed class GetRow : IRow
{
    private const int Many = 16;

    public string Name => "get";

    public string Title => "GET by id in a full store, one client and 16";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (store, stored) = await run.Filled.GetAsync(run, Name, cancellationToken);
        var (process, _) = await run.Rig.StartServerAsync(store, cancellationToken);
        await using var owned = process;
        var server = run.Rig.Of(process);
        // What is answered on either side is an interaction, so that one check fits both.
        var echo = run.Rig.Floor with { Name = "echo", Wire = Wire.Interactions };
        var (requests, bytes) = await PrepareAsync(server, echo, cancellationToken);
        var echoRequest = HttpRequests.Get(FloorHost.EchoPath);

        foreach (var target in (Target[])[echo, server])
        {
            await LoadAsync(target, Many, run.Effort.WarmUp, "   (warm-up)");
        }

        var one = await RoundsAsync(1);
        P50(one, "one client", store.Database is null ? Limit.NotAbove(4, 4) : null);
        if (store.Database is not null)
        {
            await AddSelectAloneAsync();
        }

        var many = await RoundsAsync(Many);
        P50(many, $"{Many} clients", Limit.NotAbove(4, 4));
        run.Report.Add(new(Name, $"{Many} clients: requests/s ÷ echo", many.Ratio(figures => figures.PerSecond), "", null, string.Create(
            CultureInfo.InvariantCulture, $"server {many.Server(figures => figures.PerSecond):0}/s, echo {many.Floor(figures => figures.PerSecond):0}/s")));
        run.Report.Add(new(Name, $"{Many} clients: CPU per request ÷ echo", many.Ratio(figures => figures.CpuPerRequest), "", null, UnaryRounds.Cpu(many, echo.Name)));

        Task<Pairs<UnaryFigures>> RoundsAsync(int clients) => Pairs<UnaryFigures>.MeasureAsync(
            run.Effort.Rounds, () => LoadAsync(echo, clients, run.Effort.Window), () => LoadAsync(server, clients, run.Effort.Window));

        async Task<UnaryFigures> LoadAsync(Target target, int clients, TimeSpan window, string remark = "")
        {
            Func<byte[]> next = target == server ? () => requests[Random.Shared.Next(requests.Length)] : () => echoRequest;
            var figures = await UnaryLoad.RunAsync(target, next, clients, window, cancellationToken);
            Report.Note($"{target.Name,-8} {clients,3} clients {figures}{remark}");
            run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
            return figures;
        }

        // One client waits for the database each time, and where it shares the processors with everybody else, that alone is most of four times the echo.
        async Task AddSelectAloneAsync()
        {
            await using var alone = SelectAlone.Open(store);
            alone.P50(run.Effort.Window); // as warm as the others
            var select = Samples.Median(Enumerable.Range(0, run.Effort.Rounds).Select(_ => alone.P50(run.Effort.Window)).ToList());
            var (server, floor) = (one.Server(figures => figures.P50), one.Floor(figures => figures.P50));
            run.Report.Add(new(Name, "one client: p50 ÷ (echo + its SELECT alone)", server / (floor + select), "", null, string.Create(
                CultureInfo.InvariantCulture, $"p50: server {server:0.000} ms, echo {floor:0.000} ms, a prepared SELECT of the row {select:0.000} ms")));
        }

        void P50(Pairs<UnaryFigures> pairs, string who, Limit? limit) => run.Report.Add(new(
            Name, $"{who}: p50 ÷ echo", pairs.Ratio(figures => figures.P50), "", limit, string.Create(
                CultureInfo.InvariantCulture,
                $"p50: server {pairs.Server(figures => figures.P50):0.000} ms, echo {pairs.Floor(figures => figures.P50):0.000} ms; p99: {pairs.Server(figures => figures.P99):0.00} ms, {pairs.Floor(figures => figures.P99):0.00} ms; random ids of {stored}, {bytes} bytes each")));
    }

    /// <summary>A request for each stored interaction; one of their bodies becomes what the echo endpoint answers.</summary>
    private static async Task<(byte[][] Requests, int Bytes)> PrepareAsync(Target server, Target echo, CancellationToken cancellationToken)
    {
        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        string[] paths = [.. (await client.CompletedIdsAsync(cancellationToken)).Select(id => $"/v1/interactions/{id}")];
        var body = await client.GetAsync(paths[0], cancellationToken);
        using var connection = await HttpConnection.ConnectAsync(echo.Address, cancellationToken);
        await connection.SendAsync(HttpRequests.Put(FloorHost.EchoPath, Encoding.UTF8.GetString(body.Span)), cancellationToken);
        var status = await connection.ReadHeadAsync(cancellationToken);
        return status == 200
            ? ([.. paths.Select(HttpRequests.Get)], body.Length)
            : throw new InvalidOperationException($"the echo endpoint answered HTTP {status}");
    }
}
