namespace OpenInteractions.Engine.Nodes;

/// <summary>A node that has its store for itself: there is nobody to call.</summary>
public sealed class SingleNode : INodeSignals
{
    /// <inheritdoc/>
    public bool IsListening => false;

    /// <inheritdoc/>
    public void Send(NodeSignal signal)
    {
        // Nobody hears it.
    }

    /// <inheritdoc/>
    public void Listen(Action<NodeSignal> heard)
    {
        // Nobody calls.
    }
}
