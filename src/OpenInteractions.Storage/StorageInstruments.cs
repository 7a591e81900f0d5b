using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OpenInteractions.Storage;

/// <summary>What the store tells about itself, as metrics.</summary>
internal sealed class StorageInstruments : IDisposable
{
    public const string MeterName = "OpenInteractions.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _changes;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _failures;
    private long _commits;

    public StorageInstruments()
    {
        _changes = _meter.CreateCounter<long>("openinteractions.storage.changes", description: "Changes that were committed.");
        _failures = _meter.CreateCounter<long>("openinteractions.storage.commit.failures", description: "Commits that failed because the database could not be reached or written.");
        _commitDuration = _meter.CreateHistogram<double>("openinteractions.storage.commit.duration", "s", "From the first statement of a group to its commit.");
    }

    /// <summary>Commits so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

#pragma warning disable CA1822 // Instruments are one object to their users.
    public long Start() => Stopwatch.GetTimestamp();
#pragma warning restore CA1822

    public void OnCommitted(long started, int changes)
    {
        Interlocked.Increment(ref _commits);
        _changes.Add(changes);
        _commitDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public void OnUnavailable() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();
}
