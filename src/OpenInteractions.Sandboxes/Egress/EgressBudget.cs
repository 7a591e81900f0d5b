namespace OpenInteractions.Sandboxes.Egress;

/// <summary>What an environment may still use: connections at once, and bytes in its life.</summary>
internal sealed class EgressBudget(int maxConnections, long maxBytes)
{
    private int _connections;
    private long _bytes;

    public bool IsSpent => Volatile.Read(ref _bytes) >= maxBytes;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _connections) <= maxConnections)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _connections);

    public void Spend(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) > maxBytes)
        {
            throw new IOException("The environment has used all its bytes.");
        }
    }
}
