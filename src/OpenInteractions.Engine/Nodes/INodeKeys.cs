using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Nodes;

/// <summary>Keys that all nodes of a store must have alike: what one of them seals, another one opens.</summary>
public interface INodeKeys
{
    /// <summary>The key that the nodes have: that of the one that asked first.</summary>
    /// <param name="name">Which key.</param>
    /// <param name="own">This node's, which becomes everybody's when there is none yet.</param>
    /// <exception cref="StoreUnavailableException">It cannot be asked for.</exception>
    byte[] Agree(string name, byte[] own);
}
