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
    private readonly Counter<long> _usageEstimates;

    /// <summary>Made by the container.</summary>
    public EngineInstruments()
    {
        _structuredOutputs = _meter.CreateCounter<long>("openinteractions.structured_outputs", description: "Answers that were checked against the schema of their response_format, by outcome.");
        _usageEstimates = _meter.CreateCounter<long>("openinteractions.usage_estimates", description: "Runs whose usage was counted here, because the provider reported none.");
    }

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
