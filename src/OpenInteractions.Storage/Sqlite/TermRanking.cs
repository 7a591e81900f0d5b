using System.Runtime.InteropServices;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Ranks pieces by the words of a query that they have (BM25, see <see cref="FileSearchRows.K1"/>): a word counts the more, the fewer pieces have it.</summary>
/// <param name="chunks">How many pieces there are.</param>
/// <param name="terms">How many words they have.</param>
/// <param name="documents">The documents that come into question, or null for all.</param>
internal sealed class TermRanking(long chunks, long terms, IReadOnlyCollection<long>? documents)
{
    private readonly HashSet<long>? _documents = documents is null ? null : [.. documents];
    private readonly Dictionary<long, (long Document, double Score)> _scores = [];
    private readonly Dictionary<long, (long Document, int Length, int Count)> _term = [];
    private readonly double _averageLength = chunks == 0 ? 1 : Math.Max(1, (double)terms / chunks);

    /// <summary>A place of the current word.</summary>
    public void Add(long chunk, long document, int length)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_term, chunk, out _);
        entry = (document, length, entry.Count + 1);
    }

    /// <summary>All places of the current word are known.</summary>
    public void EndTerm()
    {
        var rarity = Math.Log(1 + ((Math.Max(chunks, _term.Count) - _term.Count + 0.5) / (_term.Count + 0.5)));
        foreach (var (chunk, (document, length, count)) in _term)
        {
            if (_documents is null || _documents.Contains(document))
            {
                var weight = count * (FileSearchRows.K1 + 1) / (count + (FileSearchRows.K1 * (1 - FileSearchRows.B + (FileSearchRows.B * length / _averageLength))));
                ref var score = ref CollectionsMarshal.GetValueRefOrAddDefault(_scores, chunk, out _);
                score = (document, score.Score + (rarity * weight));
            }
        }

        _term.Clear();
    }

    /// <summary>The best ones, best first.</summary>
    public IReadOnlyList<ChunkHit> Best(int limit) =>
        [.. _scores.OrderByDescending(s => s.Value.Score).ThenBy(s => s.Key).Take(limit).Select(s => new ChunkHit(s.Key, s.Value.Document, s.Value.Score))];
}
