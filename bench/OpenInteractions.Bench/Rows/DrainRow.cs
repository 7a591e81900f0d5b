using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Provider;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Rows;

/// <summary>
/// Four servers work off one long queue. While the queue is filled, each place of each server is held by a run whose model does not answer; then the provider
/// lets those go, and from there to the last end is what is measured: claims, model calls, ends.
/// </summary>
internal sealed class DrainRow : IRow
{
    private const int Workers = 4;
    private const int Places = 16;
    private const int Callers = 16;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly (string, string?)[] Settings =
    [
        ("OpenInteractions__Runs__MaxConcurrent", $"{Places}"),
        ("OpenInteractions__Runs__MaxQueuedPerProject", "100000"),
    ];

    public string Name => "drain";

    public string Title => $"a queue of short runs, {Workers} servers";

    public bool Measures(StoreEngine engine) => engine == StoreEngine.Postgres;

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var runs = run.Effort.Quick ? 2_000 : 10_000;
        var store = await run.NewStoreAsync(cancellationToken);
        var servers = new ChildProcess[Workers];
        for (var node = 0; node < Workers; node++)
        {
            // The rig stops them when the row ends.
            (servers[node], _) = await run.Rig.StartServerAsync(store, cancellationToken, node, Settings);
        }

        var starting = Stopwatch.GetTimestamp();
        do
        {
            await RoundAsync("   (warm-up)");
        }
        while (Stopwatch.GetElapsedTime(starting) < run.Effort.WarmUp);

        List<Drain> rounds = [];
        for (var round = 0; round < (run.Effort.Quick ? 1 : Math.Min(3, run.Effort.Rounds)); round++)
        {
            rounds.Add(await RoundAsync(""));
        }

        double Median(Func<Drain, double> figure) => Samples.Median(rounds.Select(figure));
        run.Report.Add(new(Name, $"{runs} queued runs, {Workers} servers: drained", Median(drain => drain.PerSecond), "runs/s", Limit.NotBelow(500, 500), string.Create(
            CultureInfo.InvariantCulture,
            $"rounds: {string.Join(", ", rounds.Select(drain => Finding.Number(drain.PerSecond)))} runs/s; CPU per run: servers {Median(drain => drain.Servers):0.00} ms, database {Median(drain => drain.Database):0.00} ms; {Places} places each")));

        async Task<Drain> RoundAsync(string remark)
        {
            var drain = await DrainAsync(run, store, servers, runs, cancellationToken);
            Report.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{drain.PerSecond,8:0} runs/s   cpu per run: servers {drain.Servers:0.00} ms, database {drain.Database:0.00} ms{remark}"));
            return drain;
        }
    }

    private async Task<Drain> DrainAsync(Run run, Store store, ChildProcess[] servers, int runs, CancellationToken cancellationToken)
    {
        const int Held = Workers * Places;
        await StartAsync(servers, "bench-hold", Held, cancellationToken);
        await UntilAsync("all places to be held", async () => (await CountsAsync()).Held == Held, cancellationToken);
        var filling = Stopwatch.GetTimestamp();
        var ids = await StartAsync(servers, HttpRequests.ShortModel, runs, cancellationToken);
        Report.Note(string.Create(CultureInfo.InvariantCulture, $"{runs} runs queued in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0.0} s"));
        if (await store.QueuedAsync(cancellationToken) is var queued && queued != runs)
        {
            throw new InvalidOperationException($"{queued} of {runs} runs wait in the queue.");
        }

        var before = await CountsAsync();
        CpuMeter[] meters = [.. servers.Select(server => CpuMeter.Start(run.Rig.Of(server)))];
        var started = Stopwatch.GetTimestamp();
        await LetGoAsync(run.Rig.Provider, cancellationToken);
        // The provider is asked first: it costs less than asking the database that is being measured.
        await UntilAsync("the last model call", async () => (await CountsAsync()).Finished >= before.Finished + Held + runs, cancellationToken);
        await UntilAsync("an empty queue", async () => await store.UnfinishedAsync(cancellationToken) == 0, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        CpuUse[] used = [.. meters.Select(meter => meter.Used)];

        if ((await CountsAsync()).Requests - before.Requests is var calls && calls != runs)
        {
            run.Report.AddErrors(Name, Math.Abs(calls - runs), $"{calls} model calls for {runs} runs");
        }

        var problems = await ReadAllAsync(servers, ids, cancellationToken);
        run.Report.AddErrors(Name, problems.Count, problems.FirstOrDefault());
        return new(runs / elapsed.TotalSeconds, used.Sum(cpu => cpu.Process) / runs, (used[0].Database ?? 0) / runs);

        Task<ProviderCounts> CountsAsync() => ProviderCounts.ReadAsync(run.Rig.Provider.Address, cancellationToken);
    }

    private static async Task<string[]> StartAsync(ChildProcess[] servers, string model, int count, CancellationToken cancellationToken)
    {
        var ids = new string[count];
        await EachAsync(servers, count, async (client, i) => (ids[i], _) = await client.BackgroundAsync(model, null, cancellationToken), cancellationToken);
        return ids;
    }

    /// <summary>What is wrong with the answers; none when each run has its whole text.</summary>
    private static async Task<IReadOnlyCollection<string>> ReadAllAsync(ChildProcess[] servers, string[] ids, CancellationToken cancellationToken)
    {
        var problems = new string?[ids.Length];
        var end = Answers.EndOf(Wire.Interactions);
        await EachAsync(
            servers, ids.Length,
            async (client, i) => problems[i] = Answers.Problem(200, (await client.GetAsync($"/v1/interactions/{ids[i]}", cancellationToken)).Span, end.Span),
            cancellationToken);
        return [.. problems.OfType<string>()];
    }

    /// <summary>Does something so many times, on connections to all servers.</summary>
    private static Task EachAsync(ChildProcess[] servers, int count, Func<InteractionsClient, int, Task> act, CancellationToken cancellationToken)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            using var client = await InteractionsClient.ConnectAsync(servers[caller % servers.Length].Address, cancellationToken);
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                await act(client, i);
            }
        }));
    }

    private static async Task LetGoAsync(Target provider, CancellationToken cancellationToken)
    {
        using var connection = await HttpConnection.ConnectAsync(provider.Address, cancellationToken);
        await connection.SendAsync(HttpRequests.Post(ProviderCounts.LetGoPath, ""), cancellationToken);
        await connection.ReadHeadAsync(cancellationToken);
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> reached, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await reached())
        {
            if (Stopwatch.GetElapsedTime(started) > Longest)
            {
                throw new TimeoutException($"waited {Longest.TotalMinutes:0} minutes for {what}");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <param name="Servers">Milliseconds of processor time per run, of all servers.</param>
    /// <param name="Database">The same of the database.</param>
    private sealed record Drain(double PerSecond, double Servers, double Database);
}
