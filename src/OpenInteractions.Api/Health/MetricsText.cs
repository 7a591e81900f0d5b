using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Health;

/// <summary>
/// The server's meters in the Prometheus text form. Counters and up-down counters are summed, histograms give count and sum; tags become labels.
/// Only meters of this server are read: the web server's own measure every request, and reading them costs more than handling some.
/// </summary>
public sealed class MetricsText : IDisposable
{
    /// <summary>Series that are kept; more would come from a tag that holds ids, which no instrument here has.</summary>
    private const int MaxSeries = 2000;

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    public MetricsText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("OpenInteractions", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    /// <summary>The text.</summary>
    public string Write(long running, IReadOnlyList<QueuedRuns> queued, IReadOnlyList<KeyValuePair<string, int>> runningByProvider)
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        Gauge(text, "openinteractions_runs_queued", [("", queued.Sum(q => q.Count))]);
        Gauge(text, "openinteractions_runs_queued_by_tier", RunTiers.All.Select(t => ($"{{tier=\"{t.Name}\"}}", (double)queued.Where(q => q.Priority == t.Priority).Sum(q => q.Count))));
        Gauge(text, "openinteractions_runs_oldest_wait_seconds", [("", queued.Select(q => q.OldestWait.TotalSeconds).DefaultIfEmpty().Max())]);
        Gauge(text, "openinteractions_runs_running", [("", running)]);
        Gauge(text, "openinteractions_runs_running_by_provider", runningByProvider.Select(p => (Labels([new("provider", p.Key)]), (double)p.Value)));
        foreach (var group in _series.OrderBy(s => s.Key, StringComparer.Ordinal).GroupBy(s => s.Value.Name, StringComparer.Ordinal))
        {
            text.Append("# TYPE ").Append(group.Key).Append(' ').Append(group.First().Value.Kind).Append('\n');
            foreach (var (_, series) in group)
            {
                series.Write(text);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        var key = instrument.Name + labels;
        if (!_series.TryGetValue(key, out var series))
        {
            if (_series.Count >= MaxSeries)
            {
                return;
            }

            series = _series.GetOrAdd(key, _ => new Series(NameOf(instrument), labels, KindOf(instrument)));
        }

        series.Add(value);
    }

    private static void Gauge(StringBuilder text, string name, IEnumerable<(string Labels, double Value)> values)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} gauge\n");
        foreach (var (labels, value) in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        }
    }

    private static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        return instrument.Unit is "s" && !name.EndsWith("_seconds", StringComparison.Ordinal) ? name + "_seconds" : name;
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<int> or Counter<double> => "counter",
        Histogram<double> or Histogram<long> => "summary",
        _ => "gauge",
    };

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            labels[name.Replace('.', '_')] = Convert.ToString(value, CultureInfo.InvariantCulture)!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        }

        return "{" + string.Join(',', labels.Select(l => $"{l.Key}=\"{l.Value}\"")) + "}";
    }

    private sealed class Series(string name, string labels, string kind)
    {
        private readonly Lock _gate = new();
        private double _sum;
        private long _count;

        public string Name => name;

        public string Kind => kind;

        public void Add(double value)
        {
            lock (_gate)
            {
                _sum += value;
                _count++;
            }
        }

        public void Write(StringBuilder text)
        {
            lock (_gate)
            {
                if (kind == "summary")
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_sum{labels} {_sum}\n{name}_count{labels} {_count}\n");
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {_sum}\n");
                }
            }
        }
    }
}
