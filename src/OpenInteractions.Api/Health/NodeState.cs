using Microsoft.Extensions.Hosting;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Health;

/// <summary>What this node knows of itself, whether its store answers or not.</summary>
public sealed class NodeState(RunRegistry registry, LeaseKeeper leases, NodeListener listener, EngineInstruments instruments, IHostApplicationLifetime lifetime)
{
    /// <summary>How long leases may go without a renewal before somebody should look: it is tried every third of their time.</summary>
    private static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(15);

    /// <summary>True when the node takes no more work.</summary>
    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Runs that it executes.</summary>
    public int Active => registry.Count;

    /// <summary>Runs whose events wait for the store.</summary>
    public long Delayed => instruments.Delayed;

    /// <summary>Since when the leases were not renewed.</summary>
    public TimeSpan SinceRenewed => leases.SinceRenewed;

    /// <summary>The other nodes.</summary>
    public NodeListener Others => listener;

    /// <summary>What does not work as it should although the node takes work, in words for the operator.</summary>
    public IEnumerable<string> Degraded()
    {
        if (listener is { IsShared: true, IsListening: false })
        {
            yield return "The other nodes are not heard; what they do is found by looking, up to a second later.";
        }

        if (Delayed is > 0 and var delayed)
        {
            yield return $"The events of {delayed} runs wait for the store.";
        }

        if (SinceRenewed > LateAfter && Active > 0)
        {
            yield return $"Leases were last renewed {SinceRenewed.TotalSeconds:F0} seconds ago; without a renewal the runs of this node stop.";
        }
    }
}

/// <summary>What the store says of all nodes, and how long it took to answer; null where it did not.</summary>
/// <param name="Running">Runs that are executed.</param>
/// <param name="Queued">Runs that wait.</param>
/// <param name="Took">How long the answer took.</param>
public sealed record StoreState(long Running, IReadOnlyList<QueuedRuns> Queued, TimeSpan Took);
