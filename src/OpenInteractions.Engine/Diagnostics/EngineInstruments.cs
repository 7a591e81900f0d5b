using System.Diagnostics.Metrics;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Diagnostics;

/// <summary>What the engine tells about itself, as metrics.</summary>
public sealed class EngineInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OpenInteractions.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _structuredOutputs;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _queueWait;
    private readonly Counter<long> _usageEstimates;
    private readonly Counter<long> _journalFailures;
    private readonly UpDownCounter<long> _journalDelayed;
    private readonly Counter<long> _leasesLost;

    /// <summary>Made by the container.</summary>
    public EngineInstruments()
    {
        _refusals = _meter.CreateCounter<long>("openinteractions.runs.refused", description: "Runs that were refused because of a limit, by the limit.");
        _queueWait = _meter.CreateHistogram<double>("openinteractions.runs.queue_wait", "s", "From a run's acceptance into the queue to its start, by tier.");
        _structuredOutputs = _meter.CreateCounter<long>("openinteractions.structured_outputs", description: "Answers that were checked against the schema of their response_format, by outcome.");
        _usageEstimates = _meter.CreateCounter<long>("openinteractions.usage_estimates", description: "Runs whose usage was counted here, because the provider reported none.");
        _journalFailures = _meter.CreateCounter<long>("openinteractions.journal.failures", description: "Tries to keep events that failed, by reason: unavailable and full are tried again, refused ends one run as failed, given_up stops a run until it is taken up again.");
        _journalDelayed = _meter.CreateUpDownCounter<long>("openinteractions.journal.delayed_runs", description: "Runs of this node whose events wait for the store to work again.");
        _leasesLost = _meter.CreateCounter<long>("openinteractions.leases.lost", description: "Runs that stopped on this node because their lease was gone, by reason: taken by another owner, not_renewed in time, fenced when writing.");
    }

    /// <summary>The store did not keep events.</summary>
    public void OnJournalFailed(string reason) => _journalFailures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>So many more runs, or fewer, wait for the store to keep their events.</summary>
    public void OnJournalDelayed(int runs) => _journalDelayed.Add(runs);

    /// <summary>A run stopped here without an end.</summary>
    public void OnLeaseLost(string reason) => _leasesLost.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A run was refused with 429 (behaviour ER-8).</summary>
    public void OnRefused(string limit) => _refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));

    /// <summary>A run that had waited in the queue starts.</summary>
    public void OnLeftQueue(string tier, TimeSpan wait) => _queueWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("tier", tier));

    /// <summary>An answer was checked (protocols P-10).</summary>
    public void OnStructuredOutput(SchemaOutcome outcome) => _structuredOutputs.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        SchemaOutcome.Fits => "fits",
        SchemaOutcome.Unfit => "unfit",
        SchemaOutcome.NotJson => "not_json",
        _ => "unchecked",
    }));

    /// <summary>A provider reported no usage (protocols 6.3).</summary>
    public void OnUsageEstimated() => _usageEstimates.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
