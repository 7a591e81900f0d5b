using Microsoft.Extensions.Options;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch.Vectors;

/// <summary>
/// Finds the nearest vectors of a store, exactly. What was read of a store is kept until the store changes, or until others need the room; a store that is larger
/// than all the room is read for each search.
/// </summary>
internal sealed class VectorSearch(IChunkIndex index, IOptions<FileSearchToolOptions> options) : IDisposable
{
    private readonly long _room = options.Value.VectorCacheBytes;
    private readonly Lock _lock = new();
    private readonly LinkedList<Kept> _kept = new(); // the one that was used last is the first
    private readonly SemaphoreSlim _reading = new(1); // two at once would need the room twice

    /// <summary>The nearest to each query, best first.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<ChunkHit>>> SearchAsync(string project, IndexedStore store, IReadOnlyList<float[]> queries, IReadOnlySet<long>? documents, int limit, CancellationToken cancellationToken)
    {
        var key = new Key(project, store.Name, store.Model!);
        if (Find(key, store.Version) is { } known)
        {
            return Search(known, queries, documents, limit, cancellationToken);
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            known = Find(key, store.Version);
            if (known is null)
            {
                var (table, found) = await ReadAsync(key, queries, documents, limit, cancellationToken);
                if (table is null)
                {
                    return found;
                }

                Keep(new Kept(key, store.Version, known = table));
            }
        }
        finally
        {
            _reading.Release();
        }

        return Search(known, queries, documents, limit, cancellationToken);
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>The store's vectors; or, when they are too many to be kept, what was found while they passed by.</summary>
    private async Task<(VectorTable? Table, IReadOnlyList<IReadOnlyList<ChunkHit>> Found)> ReadAsync(Key key, IReadOnlyList<float[]> queries, IReadOnlySet<long>? documents, int limit, CancellationToken cancellationToken)
    {
        var table = new VectorTable();
        var found = queries.Select(_ => new NearestVectors(limit)).ToList();
        var hasRoom = true;
        await foreach (var vector in index.ReadVectorsAsync(key.Project, key.Store, key.Model, cancellationToken))
        {
            table.Add(vector);
            if (table.Bytes > _room)
            {
                Collect();
                (table, hasRoom) = (new VectorTable(), false);
            }
        }

        if (hasRoom)
        {
            return (table, []);
        }

        Collect();
        return (null, [.. found.Select(f => f.ToList())]);

        void Collect()
        {
            foreach (var (i, hits) in Search(table, queries, documents, limit, cancellationToken).Index())
            {
                found[i].Add(hits);
            }
        }
    }

    private static IReadOnlyList<IReadOnlyList<ChunkHit>> Search(VectorTable table, IReadOnlyList<float[]> queries, IReadOnlySet<long>? documents, int limit, CancellationToken cancellationToken) =>
        [.. queries.Select(q => table.Search(q, documents, limit, cancellationToken))];

    private VectorTable? Find(Key key, long version)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key && node.Value.Version == version)
                {
                    _kept.Remove(node);
                    _kept.AddFirst(node);
                    return node.Value.Table;
                }
            }

            return null;
        }
    }

    private void Keep(Kept kept)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Key == kept.Key)
                {
                    _kept.Remove(node);
                }

                node = next;
            }

            _kept.AddFirst(kept);
            while (_kept.Sum(k => k.Table.Bytes) > _room)
            {
                _kept.RemoveLast();
            }
        }
    }

    private sealed record Key(string Project, string Store, string Model);

    private sealed record Kept(Key Key, long Version, VectorTable Table);
}
