using System.Collections.Concurrent;
using OpenInteractions.Engine.Nodes;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Runs that readers on other nodes follow, as far as they have said so: whoever executes one of these writes its events to the journal soon and calls
/// out when they are there. Every node remembers all of them, so that the next owner of a run knows its readers already.
/// </summary>
public sealed class ForeignReaders(INodeSignals signals, TimeProvider time)
{
    /// <summary>How long a run counts as followed after a reader's node has said so.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, long> _notedAt = new(StringComparer.Ordinal);
    private long _sweptAt = time.GetTimestamp();

    /// <summary>How many runs are remembered.</summary>
    internal int Count => _notedAt.Count;

    /// <summary>A reader on another node follows a run.</summary>
    internal void Note(string runId)
    {
        _notedAt[runId] = time.GetTimestamp();
        if (time.GetElapsedTime(_sweptAt) > Lifetime)
        {
            _sweptAt = time.GetTimestamp();
            foreach (var noted in _notedAt.Where(n => !IsFresh(n.Value)))
            {
                _notedAt.TryRemove(noted);
            }
        }
    }

    /// <summary>True when somebody elsewhere follows the run.</summary>
    internal bool Has(string runId) => _notedAt.TryGetValue(runId, out var notedAt) && IsFresh(notedAt);

    /// <summary>The journal has new events of a run.</summary>
    internal void OnWritten(string runId)
    {
        if (Has(runId))
        {
            signals.Send(new NodeSignal(NodeSignalKind.EventsWritten, runId));
        }
    }

    /// <summary>A run has ended.</summary>
    internal void OnEnded(string runId)
    {
        if (Has(runId))
        {
            signals.Send(new NodeSignal(NodeSignalKind.RunEnded, runId));
        }
    }

    private bool IsFresh(long notedAt) => time.GetElapsedTime(notedAt) < Lifetime;
}
