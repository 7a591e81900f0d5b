using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Tools;

/// <summary>What one tool did, by its own clock: from the moment when it knows what is asked to the one when it begins to answer.</summary>
internal sealed class ToolClock
{
    private readonly Lock _lock = new();
    private readonly List<double> _took = [];
    private int _working;
    private int _most;

    /// <summary>Works for so long.</summary>
    public async Task WorkAsync(TimeSpan time, CancellationToken gone)
    {
        var began = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            _most = Math.Max(_most, ++_working);
        }

        await Task.Delay(time, gone);
        lock (_lock)
        {
            _working--;
            _took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    /// <summary>What it did since the last time that this was asked.</summary>
    public string TakeJson()
    {
        lock (_lock)
        {
            var json = string.Create(
                CultureInfo.InvariantCulture, $$"""{"calls":{{_took.Count}},"median":{{(_took.Count == 0 ? 0 : Samples.Median(_took))}},"most":{{_most}}}""");
            _took.Clear();
            _most = _working;
            return json;
        }
    }
}
