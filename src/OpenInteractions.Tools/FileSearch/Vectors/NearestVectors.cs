using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch.Vectors;

/// <summary>The best so many of what it is shown.</summary>
internal sealed class NearestVectors(int limit)
{
    private readonly PriorityQueue<ChunkHit, float> _worstFirst = new(limit + 1);

    public void Add(long id, long document, float score)
    {
        if (_worstFirst.Count < limit)
        {
            _worstFirst.Enqueue(new ChunkHit(id, document, score), score);
        }
        else if (_worstFirst.TryPeek(out _, out var worst) && score > worst)
        {
            _worstFirst.EnqueueDequeue(new ChunkHit(id, document, score), score);
        }
    }

    public void Add(IEnumerable<ChunkHit> hits)
    {
        foreach (var hit in hits)
        {
            Add(hit.Id, hit.Document, (float)hit.Score);
        }
    }

    /// <summary>Them, best first.</summary>
    public IReadOnlyList<ChunkHit> ToList() => [.. _worstFirst.UnorderedItems.Select(i => i.Element).OrderByDescending(h => h.Score).ThenBy(h => h.Id)];
}
