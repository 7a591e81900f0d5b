using System.Diagnostics;

namespace OpenInteractions.Bench.Load;

/// <summary>What a number of clients got who each send the next request when the answer to the last one is there.</summary>
internal sealed record UnaryFigures(int Requests, TimeSpan Elapsed, CpuUse Cpu, double P50, double P99, int Errors, string? FirstError)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;

    public double CpuPerRequest => Cpu.Process / Requests;

    public double? DatabasePerRequest => Cpu.Database / Requests;

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{PerSecond,8:0} req/s   cpu {CpuPerRequest * 1000,6:0} µs/req{CpuMeter.Beside(DatabasePerRequest, "µs/req", 1000)}   p50 {P50,7:0.000} ms   p99 {P99,7:0.000} ms{(Errors > 0 ? $"   {Errors} ERRORS: {FirstError}" : "")}");
}

/// <summary>Closed-loop load: unary calls on one connection per client.</summary>
internal static class UnaryLoad
{
    public static Task<UnaryFigures> RunAsync(
        Target target, byte[] request, int clients, TimeSpan duration, CancellationToken cancellationToken, int limit = int.MaxValue) =>
        RunAsync(target, () => request, clients, duration, cancellationToken, limit);

    /// <param name="next">The next request of any client.</param>
    public static async Task<UnaryFigures> RunAsync(
        Target target, Func<byte[]> next, int clients, TimeSpan duration, CancellationToken cancellationToken, int limit = int.MaxValue)
    {
        var connections = new HttpConnection[clients];
        for (var i = 0; i < clients; i++)
        {
            connections[i] = await HttpConnection.ConnectAsync(target.Address, cancellationToken);
        }

        var remaining = new Allowance(limit);
        var cpu = CpuMeter.Start(target);
        var started = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(connections.Select(connection =>
            Task.Run(() => ClientAsync(connection, target.Wire, next, started, duration, remaining, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = cpu.Used;

        List<double> latencies = [.. results.SelectMany(result => result.Latencies)];
        return new(
            latencies.Count, elapsed, used,
            Samples.Quantile(latencies, 0.5), Samples.Quantile(latencies, 0.99),
            results.Sum(result => result.Errors), results.Select(result => result.FirstError).FirstOrDefault(error => error is not null));
    }

    private static async Task<ClientResult> ClientAsync(
        HttpConnection connection, Wire wire, Func<byte[]> next, long started, TimeSpan duration, Allowance remaining, CancellationToken cancellationToken)
    {
        using var owned = connection;
        var end = Answers.EndOf(wire);
        var result = new ClientResult();
        while (Stopwatch.GetElapsedTime(started) < duration && remaining.Take())
        {
            var sent = Stopwatch.GetTimestamp();
            try
            {
                await connection.SendAsync(next(), cancellationToken);
                var status = await connection.ReadHeadAsync(cancellationToken);
                var body = await connection.ReadWholeBodyAsync(cancellationToken);
                result.Add(Samples.Milliseconds(sent, Stopwatch.GetTimestamp()), Answers.Problem(status, body.Span, end.Span));
            }
            catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException)
            {
                result.Add(Samples.Milliseconds(sent, Stopwatch.GetTimestamp()), broken.Message);
                return result;
            }
        }

        return result;
    }

    /// <summary>A number of requests shared by all clients.</summary>
    private sealed class Allowance(int limit)
    {
        private int _left = limit;

        public bool Take() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class ClientResult
    {
        public List<double> Latencies { get; } = new(4096);

        public int Errors { get; private set; }

        public string? FirstError { get; private set; }

        public void Add(double latency, string? problem)
        {
            if (problem is null)
            {
                Latencies.Add(latency);
                return;
            }

            Errors++;
            FirstError ??= problem;
        }
    }
}
