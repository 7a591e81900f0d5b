using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests;

/// <summary>What a node tells of itself at <c>/metrics</c>.</summary>
internal static class Metrics
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<string> MetricsTextAsync(this ServerProcess node) => (await node.Client.SendAsync(HttpMethod.Get, "/metrics")).Ok().Text;

    /// <summary>Every line's value, by its name and labels.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> MetricsAsync(this ServerProcess node) =>
        (await node.MetricsTextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>Asks until a line shows what it must.</summary>
    public static Task<IReadOnlyDictionary<string, double>> MetricsAsync(this ServerProcess node, string line, Func<double, bool> shows) =>
        node.MetricsAsync($"the line '{line}'", all => all.TryGetValue(line, out var value) && shows(value));

    /// <summary>Asks until the lines show what they must: the page is what an operator sees, and has no other sign.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> MetricsAsync(this ServerProcess node, string what, Func<IReadOnlyDictionary<string, double>, bool> shows)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var metrics = await node.MetricsAsync();
            if (shows(metrics))
            {
                return metrics;
            }

            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"The metrics never showed what they must: {what}. They are\n{string.Join('\n', metrics)}\nThe server wrote:\n{node.Log}");
            }
        }
    }
}
