using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>
/// Puts rankings together whose scores cannot be compared, such as of words and of vectors: each piece gets 1 / (60 + rank) from every ranking that has it
/// (Cormack, Clarke and Büttcher, 2009). The constant keeps the first places of one ranking from outvoting all others.
/// </summary>
internal static class RankFusion
{
    private const double Constant = 60;

    /// <summary>The pieces, best first.</summary>
    public static IReadOnlyList<ChunkHit> Of(IEnumerable<IReadOnlyList<ChunkHit>> rankings)
    {
        var scores = new Dictionary<long, ChunkHit>();
        foreach (var ranking in rankings)
        {
            foreach (var (rank, hit) in ranking.Index())
            {
                var score = 1 / (Constant + rank + 1);
                scores[hit.Id] = scores.TryGetValue(hit.Id, out var known) ? known with { Score = known.Score + score } : hit with { Score = score };
            }
        }

        return [.. scores.Values.OrderByDescending(h => h.Score).ThenBy(h => h.Id)];
    }
}
