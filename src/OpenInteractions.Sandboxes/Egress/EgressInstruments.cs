using System.Diagnostics.Metrics;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>What the ways out of sandboxes tell about themselves, as metrics. No names of hosts or environments: those are in the log.</summary>
internal sealed class EgressInstruments : IDisposable
{
    public const string MeterName = "OpenInteractions.Sandboxes";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _bytes;
    private readonly UpDownCounter<long> _connections;

    public EgressInstruments()
    {
        _decisions = _meter.CreateCounter<long>("openinteractions.sandbox.egress.decisions", description: "Requests and tunnels of sandboxes, by what was decided.");
        _bytes = _meter.CreateCounter<long>("openinteractions.sandbox.egress.bytes", "By", "Bytes of sandboxes, by direction.");
        _connections = _meter.CreateUpDownCounter<long>("openinteractions.sandbox.egress.connections", description: "Connections of sandboxes that are open.");
    }

    public void OnOpened() => _connections.Add(1);

    public void OnClosed() => _connections.Add(-1);

    public void OnDecision(EgressRecord record)
    {
        _decisions.Add(1, new KeyValuePair<string, object?>("decision", record.Decision switch
        {
            EgressDecision.Allowed => "allowed",
            EgressDecision.Refused => "refused",
            _ => "blocked_placeholder",
        }));
        _bytes.Add(record.BytesOut, new KeyValuePair<string, object?>("direction", "out"));
        _bytes.Add(record.BytesIn, new KeyValuePair<string, object?>("direction", "in"));
    }

    public void Dispose() => _meter.Dispose();
}
