using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Provider;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Tools;

namespace OpenInteractions.Bench.Rows;

/// <summary>What a turn with tools of the server costs beyond what the tools take by their own clocks, and whether many calls of one session hold each other up.</summary>
internal sealed class ToolsRow : IRow
{
    private const int Each = 20;
    private const int Many = 50;
    private const int EachOfMany = 200;

    private const string Remote = "\"type\":\"mcp_server\",\"name\":\"" + CallPlan.Server + "\"";

    private static readonly string[] Mixed = [ToolEndpoints.Remote, ToolEndpoints.Search, ToolEndpoints.Page];

    public string Name => "tools";

    public string Title => $"a turn with three tools of the server, and {Many} calls of one MCP session at once";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var tools = $"http://{run.Rig.Provider.Address}";
        var remote = $$"""{{{Remote}},"url":"{{tools}}{{ToolEndpoints.McpPath}}"}""";
        (string, string?)[] settings =
        [
            ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32"),
            ("OpenInteractions__Tools__GoogleSearch__Engine", "searxng"),
            ("OpenInteractions__Tools__GoogleSearch__Address", tools + ToolEndpoints.SearchPath),
            ("OpenInteractions__Tools__MaxConcurrentCalls", $"{Many}"),     // of one turn; otherwise 8
        ];
        var (process, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken, settings: settings);
        await using var owned = process;
        var server = run.Rig.Of(process);

        foreach (var stream in (bool[])[false, true])
        {
            await AddAsync(run, server, stream, $"[{remote},{{\"type\":\"google_search\"}},{{\"type\":\"url_context\"}}]", cancellationToken);
        }

        await ManyAsync(run, server, $"[{remote}]", cancellationToken);
    }

    /// <summary>A turn with tools next to one without.</summary>
    private async Task AddAsync(Run run, Target server, bool stream, string tools, CancellationToken cancellationToken)
    {
        var plain = HttpRequests.Create(HttpRequests.ShortModel, stream: stream);
        var mixed = HttpRequests.Create(CallPlan.MixedModel(Each), stream: stream, tools: tools);
        List<double> own = [];
        foreach (var request in (byte[][])[plain, mixed])
        {
            await LoadAsync(request, run.Effort.WarmUp, "   (warm-up)");
        }

        own.Clear();
        var pairs = await Pairs<UnaryFigures>.MeasureAsync(run.Effort.Rounds, () => LoadAsync(plain, run.Effort.Window), () => LoadAsync(mixed, run.Effort.Window));
        var (without, with, took) = (pairs.Floor(figures => figures.P50), pairs.Server(figures => figures.P50), Samples.Median(own));
        run.Report.Add(new(Name, $"three tools, one client, {(stream ? "streamed" : "plain")}: added", with - without - took, "ms", Limit.NotAbove(15, 15), string.Create(
            CultureInfo.InvariantCulture,
            $"p50: with tools {with:0.00} ms, without {without:0.00} ms; the tools themselves {took:0.00} ms, side by side; CPU {pairs.Server(figures => figures.CpuPerRequest):0.0} ms and {pairs.Floor(figures => figures.CpuPerRequest):0.0} ms")));

        async Task<UnaryFigures> LoadAsync(byte[] request, TimeSpan window, string remark = "")
        {
            var figures = await UnaryLoad.RunAsync(server, request, clients: 1, window, cancellationToken);
            var used = await ToolFigures.TakeAsync(run.Rig.Provider.Address, cancellationToken);
            run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
            var isMixed = request == mixed;
            run.Report.AddErrors(Name, used.Wrong(isMixed ? figures.Requests : 0, Mixed), "a turn has not called each of its tools once");
            if (isMixed)
            {
                own.Add(used.Longest);
            }

            Report.Note($"{(isMixed ? "tools" : "plain"),-8} {(stream ? "streamed" : ""),-8} {figures}{remark}");
            return figures;
        }
    }

    /// <summary>Calls that come together: of one turn, and of as many turns of one conversation. Both have one session.</summary>
    private async Task ManyAsync(Run run, Target server, string tools, CancellationToken cancellationToken)
    {
        var rounds = run.Effort.Quick ? 5 : 20;
        var turn = HttpRequests.Create(CallPlan.RemoteModel(Many, EachOfMany), tools: tools);
        await MeasureAsync("of one turn", 1, () => Task.FromResult(turn));

        using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
        await MeasureAsync($"of {Many} turns of one conversation", Many, async () =>
            HttpRequests.Create(CallPlan.RemoteModel(1, EachOfMany), previous: await client.TurnAsync(null, cancellationToken), tools: tools));

        async Task MeasureAsync(string what, int clients, Func<Task<byte[]>> next)
        {
            List<double> took = [];
            var most = int.MaxValue;
            for (var round = -2; round < rounds; round++)
            {
                var request = await next();
                var started = Stopwatch.GetTimestamp();
                var figures = await UnaryLoad.RunAsync(server, request, clients, TimeSpan.FromMinutes(1), cancellationToken, limit: clients);
                var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                var used = await ToolFigures.TakeAsync(run.Rig.Provider.Address, cancellationToken);
                run.Report.AddErrors(Name, figures.Errors, figures.FirstError);
                run.Report.AddErrors(Name, used.Wrong(Many, ToolEndpoints.Remote), $"not {Many} calls");
                if (round >= 0)
                {
                    took.Add(elapsed);
                    most = Math.Min(most, used.Most);
                }
            }

            run.Report.Add(new(Name, $"{Many} calls {what}: from the first to the last answer", Samples.Median(took), "ms", Limit.NotAbove(2 * EachOfMany, 2 * EachOfMany), string.Create(
                CultureInfo.InvariantCulture,
                $"each call takes {EachOfMany} ms at the MCP server, which had at least {most} of them at once; worst of {rounds}: {took.Max():0} ms")));
        }
    }
}
