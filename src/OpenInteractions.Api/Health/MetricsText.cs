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
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    public MetricsText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("OpenInteractions", StringComparison.Ordinal))
            {
                _instruments[NameOf(instrument)] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    /// <summary>The text.</summary>
    public string Write(StoreState? store, NodeState node, IReadOnlyList<KeyValuePair<string, int>> runningByProvider)
    {
        var text = new StringBuilder();
        Gauge(text, "openinteractions_store_reachable", "1 when the store answered just now, 0 when it did not: the lines about all nodes are missing then.", store is null ? 0 : 1);
        if (store is not null)
        {
            WriteStore(text, store);
        }

        Gauge(text, "openinteractions_runs_active", "Runs that this node executes.", node.Active);
        Gauge(text, "openinteractions_runs_running_by_provider", "Runs that this node executes, by provider.", runningByProvider.Select(p => (Labels([new("provider", p.Key)]), (double)p.Value)));
        Gauge(text, "openinteractions_journal_delayed_runs", "Runs of this node whose events wait for the store to work again.", node.Delayed);
        Gauge(text, "openinteractions_leases_renewed_seconds_ago", "Since when this node's leases were not renewed; near their time the runs stop.", node.SinceRenewed.TotalSeconds);
        Gauge(text, "openinteractions_node_stopping", "1 while this node hands its runs over and takes no more.", node.IsStopping ? 1 : 0);
        if (node.Others is { IsShared: true } others)
        {
            Gauge(text, "openinteractions_nodes_heard", "1 while the calls of other nodes are heard, 0 while what they do is found by looking.", others.IsListening ? 1 : 0);
            Gauge(text, "openinteractions_nodes_last_heard_seconds_ago", "Since the last call of another node, or since the start.", others.SinceHeard.TotalSeconds);
            Head(text, "openinteractions_nodes_calls_heard", "Calls of other nodes that were heard.", "counter").Append(CultureInfo.InvariantCulture, $"openinteractions_nodes_calls_heard {others.Heard}\n");
            Head(text, "openinteractions_nodes_listener_connects", "How often this node began to listen: 1 at the start, and one more for each time that the connection broke.", "counter").Append(CultureInfo.InvariantCulture, $"openinteractions_nodes_listener_connects {others.Connects}\n");
        }

        WriteMeters(text);
        return text.ToString();
    }

    private static void WriteStore(StringBuilder text, StoreState store)
    {
        Gauge(text, "openinteractions_store_answer_seconds", "How long the store took to count the runs just now.", store.Took.TotalSeconds);
        Gauge(text, "openinteractions_runs_queued", "Runs of all nodes that wait in the queue.", store.Queued.Sum(q => q.Count));
        Gauge(text, "openinteractions_runs_queued_by_tier", "Runs of all nodes that wait in the queue, by tier.", RunTiers.All.Select(t => ($"{{tier=\"{t.Name}\"}}", (double)store.Queued.Where(q => q.Priority == t.Priority).Sum(q => q.Count))));
        Gauge(text, "openinteractions_runs_oldest_wait_seconds", "How long the run that has waited longest waits.", store.Queued.Select(q => q.OldestWait.TotalSeconds).DefaultIfEmpty().Max());
        Gauge(text, "openinteractions_runs_running", "Runs of all nodes that are executed, or wait for their owner's lease to run out.", store.Running);
    }

    private void WriteMeters(StringBuilder text)
    {
        lock (_writing)
        {
            // What is observed is the whole, and not what came since the last time.
            foreach (var series in _series.Values.Where(s => s.IsObserved))
            {
                series.Clear();
            }

            _listener.RecordObservableInstruments();
            var byName = _series.Values.ToLookup(s => s.Name, StringComparer.Ordinal);
            foreach (var (name, instrument) in _instruments.OrderBy(i => i.Key, StringComparer.Ordinal))
            {
                Head(text, name, instrument.Description ?? name, KindOf(instrument));
                foreach (var series in byName[name].OrderBy(s => s.Labels, StringComparer.Ordinal))
                {
                    series.Write(text);
                }
            }
        }
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

            series = _series.GetOrAdd(key, _ => new Series(NameOf(instrument), labels, KindOf(instrument), instrument.IsObservable));
        }

        series.Add(value);
    }

    private static void Gauge(StringBuilder text, string name, string help, double value) => Gauge(text, name, help, [("", value)]);

    private static void Gauge(StringBuilder text, string name, string help, IEnumerable<(string Labels, double Value)> values)
    {
        Head(text, name, help, "gauge");
        foreach (var (labels, value) in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        }
    }

    private static StringBuilder Head(StringBuilder text, string name, string help, string kind) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");

    private static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        return instrument.Unit is "s" && !name.EndsWith("_seconds", StringComparison.Ordinal) ? name + "_seconds" : name;
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<int> or Counter<double> or ObservableCounter<long> => "counter",
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

    private sealed class Series(string name, string labels, string kind, bool isObserved)
    {
        private readonly Lock _gate = new();
        private double _sum;
        private long _count;

        public string Name => name;

        public string Labels => labels;

        public bool IsObserved => isObserved;

        public void Clear()
        {
            lock (_gate)
            {
                (_sum, _count) = (0, 0);
            }
        }

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
