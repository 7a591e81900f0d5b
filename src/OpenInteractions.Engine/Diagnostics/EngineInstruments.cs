using System.Diagnostics.Metrics;
using OpenInteractions.Engine.Schemas;
using OpenInteractions.Engine.Tools.Policy;

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
    private readonly Counter<long> _toolDecisions;
    private readonly Histogram<double> _toolCalls;

    /// <summary>Made by the container.</summary>
    public EngineInstruments()
    {
        _refusals = _meter.CreateCounter<long>("openinteractions.runs.refused", description: "Runs that were refused because of a limit, by the limit.");
        _queueWait = _meter.CreateHistogram<double>("openinteractions.runs.queue_wait", "s", "From a run's acceptance into the queue to its start, by tier.");
        _structuredOutputs = _meter.CreateCounter<long>("openinteractions.structured_outputs", description: "Answers that were checked against the schema of their response_format, by outcome.");
        _usageEstimates = _meter.CreateCounter<long>("openinteractions.usage_estimates", description: "Runs whose usage was counted here, because the provider reported none.");
        _toolDecisions = _meter.CreateCounter<long>("openinteractions.tools.decisions", description: "Decisions about calls of tools, by phase, verdict and kind of tool.");
        _toolCalls = _meter.CreateHistogram<double>("openinteractions.tools.call_duration", "s", "How long calls of tools that this server runs took, by kind of tool and outcome.");
    }

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

    /// <summary>It was decided about a call of a tool.</summary>
    public void OnToolDecision(PolicyPhase phase, PolicyVerdict verdict, string kind) => _toolDecisions.Add(
        1,
        new("phase", phase == PolicyPhase.Before ? "before" : "after"),
        new("verdict", verdict switch { PolicyVerdict.Allow => "allow", PolicyVerdict.Deny => "deny", _ => "require_approval" }),
        new("kind", kind));

    /// <summary>A call of a tool has ended.</summary>
    /// <param name="kind">The type of the tool.</param>
    /// <param name="outcome"><c>ok</c>, <c>error</c>, <c>timeout</c> or <c>fault</c>.</param>
    /// <param name="duration">How long it took.</param>
    public void OnToolCall(string kind, string outcome, TimeSpan duration) =>
        _toolCalls.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
