using System.Diagnostics.Metrics;
using OpenInteractions.Engine.Schemas;
using OpenInteractions.Engine.Tools.Policy;

namespace OpenInteractions.Engine.Diagnostics;

/// <summary>What the engine tells about itself, as metrics. What each line means to an operator is in docs/operations.md.</summary>
public sealed class EngineInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OpenInteractions.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly CounterBy _structuredOutputs;
    private readonly CounterBy _refusals;
    private readonly Histogram<double> _queueWait;
    private readonly CounterBy _usageEstimates;
    private readonly CounterBy _taken;
    private readonly CounterBy _givenUp;
    private readonly CounterBy _ended;
    private readonly Counter<long> _failed;
    private readonly CounterBy _providerCalls;
    private readonly CounterBy _renewalFailures;
    private readonly Counter<long> _toolDecisions;
    private readonly Histogram<double> _toolCalls;
    private readonly CounterBy _checkpoints;
    private long _delayed;
    private long _checkpointCount;
    private long _checkpointBytes;

    /// <summary>Made by the container.</summary>
    public EngineInstruments()
    {
        _refusals = new(_meter, "openinteractions.runs.refused", "Runs that were refused because of a limit, by the limit.", "limit", "provider_limit", "project_limit", "queue_full", "project_queue_full");
        _queueWait = _meter.CreateHistogram<double>("openinteractions.runs.queue_wait", "s", "From a run's acceptance into the queue to its start, by tier.");
        _structuredOutputs = new(_meter, "openinteractions.structured_outputs", "Answers that were checked against the schema of their response_format, by outcome.", "outcome", "fits", "unfit", "not_json", "unchecked");
        _usageEstimates = new(_meter, "openinteractions.usage_estimates", "Runs whose usage was counted here, because the provider reported none.");
        _taken = new(_meter, "openinteractions.runs.taken_over", "Runs that this node went on with: handed_over by a node that stopped, or owner_lost when their owner died, hung or lost the store.", "reason", "handed_over", "owner_lost");
        _givenUp = new(_meter, "openinteractions.runs.given_up", "Runs that failed because too many of their owners died.");
        _ended = new(_meter, "openinteractions.runs.ended", "Runs that ended on this node, by status.", "status", Enum.GetValues<InteractionStatus>().Where(s => s.IsTerminal()).Select(s => s.ToWire()));
        _failed = _meter.CreateCounter<long>("openinteractions.runs.failed", description: "Runs that failed on this node, by provider and error code.");
        _providerCalls = new(_meter, "openinteractions.provider.calls", "Model calls of runs, by kind: repeated are those that an earlier owner of the run had made.", "kind", "first", "repeated");
        _renewalFailures = new(_meter, "openinteractions.leases.renewal_failures", "Tries to renew this node's leases that failed.");
        _toolDecisions = _meter.CreateCounter<long>("openinteractions.tools.decisions", description: "Decisions about calls of tools, by phase, verdict and kind of tool.");
        _toolCalls = _meter.CreateHistogram<double>("openinteractions.tools.call_duration", "s", "How long calls of tools that this server runs took, by kind of tool and outcome.");
        _checkpoints = new(_meter, "openinteractions.environments.checkpoints", "Checkpoints of environments at the end of turns, by outcome: all but kept and skipped are turns whose files cannot be had later.", "outcome", "kept", "skipped", "full", "too_large", "too_slow", "failed");
        _meter.CreateObservableGauge("openinteractions.environments.checkpoints_kept", () => Volatile.Read(ref _checkpointCount), description: "Checkpoints of environments that this host has.");
        _meter.CreateObservableGauge("openinteractions.environments.checkpoint_size", () => Volatile.Read(ref _checkpointBytes), "By", "Bytes that they take on its disk.");
        JournalFailures = new(_meter, "openinteractions.journal.failures", "Tries to keep events that failed, by reason: unavailable and full are tried again, refused ends one run as failed, given_up stops one until it is taken up again.", "reason", "unavailable", "full", "refused", "given_up");
        LeasesLost = new(_meter, "openinteractions.leases.lost", "Runs that stopped on this node without an end, by reason: taken by another owner, not_renewed in time, fenced when they wrote.", "reason", "taken", "not_renewed", "fenced");
    }

    /// <summary>Runs of this node whose events wait for the store to work again.</summary>
    public long Delayed => Volatile.Read(ref _delayed);

    internal CounterBy JournalFailures { get; }

    internal CounterBy LeasesLost { get; }

    /// <summary>The store did not keep events.</summary>
    internal void OnJournalFailed(string reason) => JournalFailures.Add(reason);

    /// <summary>So many more runs, or fewer, wait for the store to keep their events.</summary>
    internal void OnJournalDelayed(int runs) => Interlocked.Add(ref _delayed, runs);

    /// <summary>A run stopped here without an end.</summary>
    internal void OnLeaseLost(string reason) => LeasesLost.Add(reason);

    /// <summary>The leases of this node could not be renewed just now.</summary>
    internal void OnRenewalFailed() => _renewalFailures.Add();

    /// <summary>A run goes on here.</summary>
    internal void OnTakenOver(bool isHandedOver) => _taken.Add(isHandedOver ? "handed_over" : "owner_lost");

    /// <summary>A run is not tried again (behaviour SM-5).</summary>
    internal void OnGivenUp() => _givenUp.Add();

    /// <summary>A run has ended here.</summary>
    internal void OnEnded(InteractionStatus status) => _ended.Add(status.ToWire());

    /// <summary>A run has failed here. Providers are those of the settings, and codes those of the error table.</summary>
    internal void OnFailed(string provider, ErrorCode code) =>
        _failed.Add(1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("code", ErrorTable.Of(code).WireCode));

    /// <summary>A model is asked.</summary>
    internal void OnProviderCalled(bool isRepeated) => _providerCalls.Add(isRepeated ? "repeated" : "first");

    /// <summary>A run was refused with 429 (behaviour ER-8).</summary>
    public void OnRefused(string limit) => _refusals.Add(limit);

    /// <summary>A run that had waited in the queue starts.</summary>
    public void OnLeftQueue(string tier, TimeSpan wait) => _queueWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("tier", tier));

    /// <summary>An answer was checked (protocols P-10).</summary>
    public void OnStructuredOutput(SchemaOutcome outcome) => _structuredOutputs.Add(outcome switch
    {
        SchemaOutcome.Fits => "fits",
        SchemaOutcome.Unfit => "unfit",
        SchemaOutcome.NotJson => "not_json",
        _ => "unchecked",
    });

    /// <summary>A provider reported no usage (protocols 6.3).</summary>
    public void OnUsageEstimated() => _usageEstimates.Add();

    /// <summary>It was decided about a call of a tool.</summary>
    public void OnToolDecision(PolicyPhase phase, PolicyVerdict verdict, string kind) => _toolDecisions.Add(
        1,
        new("phase", phase == PolicyPhase.Before ? "before" : "after"),
        new("verdict", verdict switch { PolicyVerdict.Allow => "allow", PolicyVerdict.Deny => "deny", _ => "require_approval" }),
        new("kind", kind));

    /// <summary>A turn that worked in an environment has ended.</summary>
    internal void OnCheckpoint(string outcome) => _checkpoints.Add(outcome);

    /// <summary>What the checkpoints of this host take.</summary>
    internal void SetCheckpoints(long count, long bytes)
    {
        Volatile.Write(ref _checkpointCount, count);
        Volatile.Write(ref _checkpointBytes, bytes);
    }

    /// <summary>A call of a tool has ended.</summary>
    /// <param name="kind">The type of the tool.</param>
    /// <param name="outcome"><c>ok</c>, <c>error</c>, <c>timeout</c> or <c>fault</c>.</param>
    /// <param name="duration">How long it took.</param>
    public void OnToolCall(string kind, string outcome, TimeSpan duration) =>
        _toolCalls.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
