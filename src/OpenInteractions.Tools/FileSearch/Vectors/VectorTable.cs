using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch.Vectors;

/// <summary>The vectors of a store as they are searched: one after the other, in blocks that the garbage collector need not move.</summary>
internal sealed class VectorTable
{
    private const int BlockBytes = 4 * 1024 * 1024;

    // Fewer are searched before a second thread has begun.
    private const int MostForOneThread = 16_384;

    private readonly List<Block> _blocks = [];

    /// <summary>Numbers of a vector; 0 while there is none.</summary>
    public int Dimensions { get; private set; }

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public void Add(ChunkVector vector)
    {
        Dimensions = Count == 0 ? vector.Vector.Length : Dimensions;
        if (vector.Vector.Length != Dimensions || Dimensions == 0)
        {
            return; // of a model that has changed its mind: nothing can be compared with it
        }

        if (_blocks.Count == 0 || _blocks[^1].IsFull)
        {
            _blocks.Add(new Block(Math.Max(1, BlockBytes / (Dimensions * sizeof(float))), Dimensions));
            Bytes += BlockBytes;
        }

        _blocks[^1].Add(vector);
        Count++;
    }

    /// <summary>The nearest to a query, best first. Every vector is looked at.</summary>
    /// <param name="query">The query's vector.</param>
    /// <param name="documents">The documents that come into question; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public IReadOnlyList<ChunkHit> Search(float[] query, IReadOnlySet<long>? documents, int limit, CancellationToken cancellationToken)
    {
        var nearest = new NearestVectors(limit);
        if (query.Length != Dimensions)
        {
            return [];
        }

        if (Count <= MostForOneThread)
        {
            foreach (var block in _blocks)
            {
                block.Search(query, documents, nearest);
            }

            return nearest.ToList();
        }

        Parallel.ForEach(
            _blocks,
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2) },
            () => new NearestVectors(limit),
            (block, _, own) =>
            {
                block.Search(query, documents, own);
                return own;
            },
            own =>
            {
                lock (nearest)
                {
                    nearest.Add(own.ToList());
                }
            });
        return nearest.ToList();
    }

    private sealed class Block(int capacity, int dimensions)
    {
        private readonly float[] _values = new float[capacity * dimensions];
        private readonly (long Id, long Document)[] _owners = new (long, long)[capacity];
        private int _count;

        public bool IsFull => _count == capacity;

        public void Add(ChunkVector vector)
        {
            vector.Vector.Span.CopyTo(_values.AsSpan(_count * dimensions));
            _owners[_count++] = (vector.Id, vector.Document);
        }

        public void Search(float[] query, IReadOnlySet<long>? documents, NearestVectors nearest)
        {
            for (var i = 0; i < _count; i++)
            {
                var (id, document) = _owners[i];
                if (documents is null || documents.Contains(document))
                {
                    nearest.Add(id, document, DotProduct.Of(query, _values.AsSpan(i * dimensions, dimensions)));
                }
            }
        }
    }
}
