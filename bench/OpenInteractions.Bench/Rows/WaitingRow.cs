using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>What a reader costs who only waits, and one who has stopped reading.</summary>
internal sealed class WaitingRow : IRow
{
    private const double Kibibyte = 1024;
    private const int Callers = 16;

    /// <summary>Connections opened at once: well below the accept backlog.</summary>
    private const int Batch = 64;

    /// <summary>Descriptors of the server beside a client and a provider connection per stream.</summary>
    private const int SpareFiles = 500;

    public string Name => "waiting";

    public string Title => "waiting SSE streams and stalled readers";

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        await WaitingAsync(run, cancellationToken);
        var stalled = new StalledReaders(Name);
        await stalled.MeasureAsync(run, cancellationToken);
        await stalled.MeasureReplaysAsync(run, cancellationToken);
    }

    /// <summary>
    /// 1. Background runs whose provider does not answer, one per stream. 2. A stream on each. 3. Rest, then memory.
    /// The judged figure contains the run and its call to the provider, as a waiting caller causes all three.
    /// </summary>
    private async Task WaitingAsync(Run run, CancellationToken cancellationToken)
    {
        var streams = run.Waiting;
        if (Machine.OpenFileLimit() is var files && files < (2 * streams) + SpareFiles)
        {
            throw new InvalidOperationException($"{streams} waiting streams need {(2 * streams) + SpareFiles} open files in the server; the limit is {files}. Raise it (ulimit -n) or use --waiting.");
        }

        var (server, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        await WarmAsync(run, Name, server, cancellationToken);
        var before = ProcessFigures.Memory(server.Pid);

        var ids = await StartRunsAsync(server, streams, cancellationToken);
        await Task.Delay(run.Effort.Settle, cancellationToken);
        var running = ProcessFigures.Memory(server.Pid);

        var connections = new List<HttpConnection>(streams);
        try
        {
            foreach (var batch in ids.Chunk(Batch))
            {
                connections.AddRange(await Task.WhenAll(batch.Select(id => OpenAsync(server, id, cancellationToken))));
            }

            await Task.Delay(run.Effort.Settle, cancellationToken);
            var after = ProcessFigures.Memory(server.Pid);
            run.Report.Add(new(Name, $"{streams} waiting streams: resident memory each", (after.Resident - before.Resident) / Kibibyte / streams, "KiB", Limit.NotAbove(100, 60), string.Create(
                CultureInfo.InvariantCulture,
                $"with the run and its call to the provider; the stream alone {(after.Resident - running.Resident) / Kibibyte / streams:0.0} KiB; resident before {before.Resident / Kibibyte / Kibibyte:0} MiB, with the runs {running.Resident / Kibibyte / Kibibyte:0} MiB, with the streams {after.Resident / Kibibyte / Kibibyte:0} MiB")));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    /// <summary>Code that is loaded by the first requests is not part of what a stream costs. It is only a few requests: the
    /// room that much garbage leaves in the heap would hide what the streams take.</summary>
    public static async Task WarmAsync(Run run, string row, ChildProcess server, CancellationToken cancellationToken)
    {
        var unary = await UnaryLoad.RunAsync(
            run.Rig.Of(server), HttpRequests.Create(HttpRequests.ShortModel), clients: 2, TimeSpan.FromSeconds(30), cancellationToken, limit: 50);
        run.Report.AddErrors(row, unary.Errors, unary.FirstError);
        var streamed = await StreamLoad.RunAsync(run.Rig.Of(server), streams: 10, perSecond: 50, tokens: 25, cancellationToken);
        run.Report.AddErrors(row, streamed.Errors, streamed.FirstError);
        await Task.Delay(run.Effort.Settle, cancellationToken);
    }

    private static async Task<string[]> StartRunsAsync(ChildProcess server, int count, CancellationToken cancellationToken)
    {
        var ids = new string[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            using var client = await InteractionsClient.ConnectAsync(server.Address, cancellationToken);
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                (ids[i], var _) = await client.BackgroundAsync("bench-hold", null, cancellationToken);
            }
        }));
        return ids;
    }

    private static async Task<HttpConnection> OpenAsync(ChildProcess server, string id, CancellationToken cancellationToken)
    {
        var connection = await HttpConnection.ConnectAsync(server.Address, cancellationToken, buffer: 1024);
        await connection.SendAsync(HttpRequests.Get($"/v1/interactions/{id}?stream=true"), cancellationToken);
        if (await connection.ReadHeadAsync(cancellationToken) is not 200 and var status)
        {
            throw new InvalidOperationException($"a stream on a running interaction answered HTTP {status}");
        }

        // The first event proves that the stream is served, not only accepted.
        await connection.ReadBodyAsync(cancellationToken);
        return connection;
    }
}
