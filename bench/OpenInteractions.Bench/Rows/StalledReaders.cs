using System.Diagnostics;
using System.Globalization;
using System.Text;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Provider;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>Readers who ask for a megabyte, or for an ended stream of many, and do not read it. When they read on, the whole text must be there.</summary>
internal sealed class StalledReaders(string row)
{
    private const int Readers = 100;
    private const int Bytes = 1024 * 1024;
    private const int Replays = 30;
    private const int ReplayBytes = 8 * Bytes;
    private const int KernelBuffer = 4096;
    private const double Kibibyte = 1024;

    private static readonly string Model = ModelOf(Bytes);
    private static readonly TimeSpan ProducedLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(120);

    public async Task MeasureAsync(Run run, CancellationToken cancellationToken)
    {
        var (server, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        await WaitingRow.WarmAsync(run, row, server, cancellationToken);
        var request = HttpRequests.Call(Wire.Interactions, Model, stream: true);
        await ReadOneAsync(server, request, Bytes, cancellationToken);
        await Task.Delay(run.Effort.Settle, cancellationToken);
        var before = ProcessFigures.Memory(server.Pid);

        var finished = await FinishedAsync(run, cancellationToken);
        var connections = new List<HttpConnection>(Readers);
        try
        {
            for (var i = 0; i < Readers; i++)
            {
                var connection = await HttpConnection.ConnectAsync(server.Address, cancellationToken, buffer: 4096, kernelBuffer: KernelBuffer);
                connections.Add(connection);
                await connection.SendAsync(request, cancellationToken);
            }

            var (produced, peak) = await WaitProducedAsync(run, server, finished + Readers, cancellationToken);
            await Task.Delay(run.Effort.Settle, cancellationToken);
            var after = ProcessFigures.Memory(server.Pid);
            peak = Math.Max(peak, after.Resident);

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ReadLimit);
            var problems = await Task.WhenAll(connections.Select(connection => ReadOnAsync(connection, Bytes, limit.Token)));
            cancellationToken.ThrowIfCancellationRequested();
            var whole = problems.Count(problem => problem is null);
            run.Report.Add(new(row, $"{Readers} stalled readers of 1 MiB: resident memory each", (after.Resident - before.Resident) / Kibibyte / Readers, "KiB", Limit.NotAbove(1024, 300), string.Create(
                CultureInfo.InvariantCulture,
                $"peak {(peak - before.Resident) / Kibibyte / Readers:0} KiB; {(produced ? "all" : "NOT all")} answers were taken from the provider meanwhile; {whole} of {Readers} readers then got the whole text")));
            run.Report.AddErrors(row, Readers - whole, problems.FirstOrDefault(problem => problem is not null));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    /// <summary>The stream has ended and is in the store: what the kernel does not take of it, the server holds, or better not.</summary>
    public async Task MeasureReplaysAsync(Run run, CancellationToken cancellationToken)
    {
        var (server, _) = await run.Rig.StartServerAsync(await run.NewStoreAsync(cancellationToken), cancellationToken);
        await using var owned = server;
        await WaitingRow.WarmAsync(run, row, server, cancellationToken);
        using var creating = await HttpConnection.ConnectAsync(server.Address, cancellationToken);
        await creating.SendAsync(HttpRequests.Call(Wire.Interactions, ModelOf(ReplayBytes), stream: false), cancellationToken);
        await creating.ReadHeadAsync(cancellationToken);
        var id = Encoding.ASCII.GetString((await creating.ReadWholeBodyAsync(cancellationToken)).Span[..100]).Split('"')[3];
        var request = HttpRequests.Get($"/v1/interactions/{id}?stream=true");
        await ReadOneAsync(server, request, ReplayBytes, cancellationToken);
        await Task.Delay(run.Effort.Settle, cancellationToken);
        var before = ProcessFigures.Memory(server.Pid);
        var connections = new List<HttpConnection>(Replays);
        try
        {
            for (var i = 0; i < Replays; i++)
            {
                var connection = await HttpConnection.ConnectAsync(server.Address, cancellationToken, buffer: 4096, kernelBuffer: KernelBuffer);
                connections.Add(connection);
                await connection.SendAsync(request, cancellationToken);
            }

            await Task.Delay(run.Effort.Settle, cancellationToken);
            var after = ProcessFigures.Memory(server.Pid);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ReadLimit);
            var problems = await Task.WhenAll(connections.Select(connection => ReadOnAsync(connection, ReplayBytes, limit.Token)));
            cancellationToken.ThrowIfCancellationRequested();
            var whole = problems.Count(problem => problem is null);
            run.Report.Add(new(row, $"{Replays} stalled readers of an ended stream of {ReplayBytes / Bytes} MiB: resident memory each", (after.Resident - before.Resident) / Kibibyte / Replays, "KiB", Limit.NotAbove(2048, 1024),
                string.Create(CultureInfo.InvariantCulture, $"{whole} of {Replays} readers then got the whole text")));
            run.Report.AddErrors(row, Replays - whole, problems.FirstOrDefault(problem => problem is not null));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static string ModelOf(int bytes) => string.Create(CultureInfo.InvariantCulture, $"bench-big-{bytes}");

    private static async Task<(bool Produced, long Peak)> WaitProducedAsync(Run run, ChildProcess server, int finished, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        long peak = 0;
        while (Stopwatch.GetElapsedTime(started) < ProducedLimit)
        {
            peak = Math.Max(peak, ProcessFigures.Memory(server.Pid).Resident);
            if (await FinishedAsync(run, cancellationToken) >= finished)
            {
                return (true, peak);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        return (false, peak);
    }

    /// <summary>How many calls the provider has answered to the end.</summary>
    private static async Task<int> FinishedAsync(Run run, CancellationToken cancellationToken) =>
        (await ProviderCounts.ReadAsync(run.Rig.Provider.Address, cancellationToken)).Finished;

    private static async Task ReadOneAsync(ChildProcess server, byte[] request, int bytes, CancellationToken cancellationToken)
    {
        using var connection = await HttpConnection.ConnectAsync(server.Address, cancellationToken);
        await connection.SendAsync(request, cancellationToken);
        if (await ReadOnAsync(connection, bytes, cancellationToken) is { } problem)
        {
            throw new InvalidOperationException($"a reader that does not stall: {problem}");
        }
    }

    /// <summary>Reads to the end; null when the whole text and a good last event came.</summary>
    private static async Task<string?> ReadOnAsync(HttpConnection connection, int bytes, CancellationToken cancellationToken)
    {
        var tokens = new MarkerCounter(Answers.Marker);
        var end = new MarkerCounter(Answers.EndOf(Wire.Interactions));
        try
        {
            if (await connection.ReadHeadAsync(cancellationToken) is not 200 and var status)
            {
                return $"HTTP {status}: {Answers.Quote((await connection.ReadWholeBodyAsync(cancellationToken)).Span)}";
            }

            while (await connection.ReadBodyAsync(cancellationToken) is { IsEmpty: false } piece)
            {
                tokens.Feed(piece.Span);
                end.Feed(piece.Span);
            }
        }
        catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return $"{tokens.Count} tokens, then: {broken.Message}";
        }

        var expected = (bytes + BenchModel.Token.Length - 1) / BenchModel.Token.Length;
        return tokens.Count != expected ? $"{tokens.Count} tokens instead of {expected}"
            : end.Count == 0 ? "no good last event"
            : null;
    }
}
