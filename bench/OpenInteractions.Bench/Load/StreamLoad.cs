using System.Diagnostics;
using System.Globalization;

namespace OpenInteractions.Bench.Load;

/// <summary>What the readers of many concurrent streams got.</summary>
/// <param name="OnTime">Tokens that arrived before their stream's deadline: nominal duration plus one second.</param>
/// <param name="Expected">Tokens that the provider was asked for.</param>
internal sealed record StreamFigures(
    int Streams, long Tokens, long OnTime, long Expected, CpuUse Cpu, double FirstP50, double FirstP99, int Errors, string? FirstError)
{
    public double Delivered => (double)OnTime / Expected;

    public double CpuPerToken => Cpu.Process / Tokens;

    public double? DatabasePerToken => Cpu.Database / Tokens;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Streams,5} streams   delivered {Delivered:0.0000}   cpu {CpuPerToken * 1000,6:0.0} µs/token{CpuMeter.Beside(DatabasePerToken, "µs/token", 1000, "0.0")}   first token p50 {FirstP50,7:0.00} ms   p99 {FirstP99,7:0.00} ms{(Errors > 0 ? $"   {Errors} ERRORS: {FirstError}" : "")}");
}

/// <summary>Streams that start one after the other over a second and then run together.</summary>
internal static class StreamLoad
{
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static async Task<StreamFigures> RunAsync(Target target, int streams, int perSecond, int tokens, CancellationToken cancellationToken)
    {
        var request = HttpRequests.Call(
            target.Wire, string.Create(CultureInfo.InvariantCulture, $"bench-stream-{perSecond}tps-{tokens}"), stream: true);
        var nominal = TimeSpan.FromSeconds((double)tokens / perSecond);
        var connections = new HttpConnection[streams];
        for (var i = 0; i < streams; i++)
        {
            connections[i] = await HttpConnection.ConnectAsync(target.Address, cancellationToken, buffer: 4096);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter((3 * nominal) + Ramp + TimeSpan.FromSeconds(20));
        var cpu = CpuMeter.Start(target);
        var started = Stopwatch.GetTimestamp();
        var readers = new Task<Reading>[streams];
        for (var i = 0; i < streams; i++)
        {
            var ahead = (Ramp * i / streams) - Stopwatch.GetElapsedTime(started);
            cancellationToken.ThrowIfCancellationRequested();
            if (ahead > TimeSpan.Zero)
            {
                FineSleep.For(ahead); // timers tick in milliseconds: two streams would start at once, then none for a while
            }

            readers[i] = ReadAsync(connections[i], target.Wire, request, nominal + Grace, tokens, limit.Token);
        }

        var readings = await Task.WhenAll(readers);
        cancellationToken.ThrowIfCancellationRequested();
        var used = cpu.Used;
        List<double> firsts = [.. readings.Where(reading => reading.First is not null).Select(reading => reading.First!.Value)];
        return new(
            streams, readings.Sum(reading => reading.Tokens), readings.Sum(reading => reading.OnTime), (long)streams * tokens,
            used, Samples.Quantile(firsts, 0.5), Samples.Quantile(firsts, 0.99),
            readings.Count(reading => reading.Error is not null), readings.Select(reading => reading.Error).FirstOrDefault(error => error is not null));
    }

    private static async Task<Reading> ReadAsync(
        HttpConnection connection, Wire wire, byte[] request, TimeSpan deadline, int tokens, CancellationToken cancellationToken)
    {
        using var owned = connection;
        var counter = new MarkerCounter(Answers.Marker);
        var end = new MarkerCounter(Answers.EndOf(wire));
        long onTime = 0;
        double? first = null;
        Reading Ended(string? error) => new(counter.Count, onTime, first, error);

        var sent = Stopwatch.GetTimestamp();
        try
        {
            await connection.SendAsync(request, cancellationToken);
            if (await connection.ReadHeadAsync(cancellationToken) is not 200 and var status)
            {
                return Ended($"HTTP {status}: {Answers.Quote((await connection.ReadWholeBodyAsync(cancellationToken)).Span)}");
            }

            while (await connection.ReadBodyAsync(cancellationToken) is { IsEmpty: false } piece)
            {
                end.Feed(piece.Span);
                if (counter.Feed(piece.Span) is var found and > 0)
                {
                    var elapsed = Stopwatch.GetElapsedTime(sent);
                    first ??= elapsed.TotalMilliseconds;
                    onTime += elapsed <= deadline ? found : 0;
                }
            }
        }
        catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException)
        {
            return Ended(broken.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended("the stream had not ended after three times its duration");
        }

        return Ended(
            counter.Count != tokens ? $"{counter.Count} tokens instead of {tokens}"
            : end.Count == 0 ? "the stream ended without a good last event"
            : null);
    }

    private sealed record Reading(long Tokens, long OnTime, double? First, string? Error);
}
