using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>
/// Puts rankings together whose scores cannot be compared, such as of words and of vectors: each piece gets weight / (10 + rank) from every ranking that has it
/// (Cormack, Clarke and Büttcher, 2009). They took 60, for lists of a thousand: of lists as short as ours that makes the first place hardly better than the twentieth, so whatever
/// two rankings have somewhere in the middle outvotes the best of each.
/// </summary>
internal static class RankFusion
{
    private const double Constant = 10;

    /// <summary>The pieces, best first.</summary>
    public static IReadOnlyList<ChunkHit> Of(IEnumerable<Ranking> rankings)
    {
        var scores = new Dictionary<long, ChunkHit>();
        foreach (var (hits, weight) in rankings)
        {
            foreach (var (rank, hit) in hits.Index())
            {
                var score = weight / (Constant + rank + 1);
                scores[hit.Id] = scores.TryGetValue(hit.Id, out var known) ? known with { Score = known.Score + score } : hit with { Score = score };
            }
        }

        return [.. scores.Values.OrderByDescending(h => h.Score).ThenBy(h => h.Id)];
    }
}

/// <summary>Pieces that one search has found.</summary>
/// <param name="Hits">The pieces, best first.</param>
/// <param name="Weight">How much it counts beside others.</param>
internal readonly record struct Ranking(IReadOnlyList<ChunkHit> Hits, double Weight);
