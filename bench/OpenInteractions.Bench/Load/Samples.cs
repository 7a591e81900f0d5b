using System.Diagnostics;

namespace OpenInteractions.Bench.Load;

/// <summary>Quantiles and medians.</summary>
internal static class Samples
{
    public static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);

    public static double Quantile(IReadOnlyCollection<double> values, double at)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        double[] sorted = [.. values.Order()];
        var position = at * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (position - below));
    }

    public static double Milliseconds(long fromTimestamp, long toTimestamp) =>
        Stopwatch.GetElapsedTime(fromTimestamp, toTimestamp).TotalMilliseconds;
}
