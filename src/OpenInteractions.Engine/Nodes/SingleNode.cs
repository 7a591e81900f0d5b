namespace OpenInteractions.Engine.Nodes;

/// <summary>A node that has its store for itself: there is nobody to call, or to agree with.</summary>
public sealed class SingleNode : INodeSignals, INodeKeys
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

    /// <inheritdoc/>
    public byte[] Agree(string name, byte[] own) => own;
}
