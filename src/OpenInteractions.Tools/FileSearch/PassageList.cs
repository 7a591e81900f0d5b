using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>Collects pieces, best first: neighbours become one passage, and what says the same as one before is left out.</summary>
internal sealed class PassageList
{
    private const int WordsOfShingle = 6;

    // A copy with another date or name is still a copy.
    private const double Copy = 0.8;

    private readonly List<Passage> _passages = [];
    private readonly HashSet<int> _seen = [];

    public IReadOnlyList<Passage> Passages => _passages;

    /// <summary>How many pieces are in it.</summary>
    public int Count { get; private set; }

    public void Add(Chunk piece)
    {
        for (var i = 0; i < _passages.Count; i++)
        {
            if (_passages[i].With(piece) is { } joined)
            {
                _passages[i] = joined;
                Close(i);
                Learn(Shingles(piece.Text));
                Count++;
                return;
            }
        }

        var shingles = Shingles(piece.Text);
        if (shingles.Count > 0 && shingles.Count(_seen.Contains) >= Copy * shingles.Count)
        {
            return;
        }

        Learn(shingles);
        _passages.Add(Passage.Of(piece));
        Count++;
    }

    /// <summary>A passage that grew may have met another one.</summary>
    private void Close(int grown)
    {
        for (var i = 0; i < _passages.Count; i++)
        {
            if (_passages[grown].IsBefore(_passages[i].First))
            {
                Merge(grown, i);
                return;
            }

            if (_passages[i].IsBefore(_passages[grown].First))
            {
                Merge(i, grown);
                return;
            }
        }
    }

    /// <summary>Joins two in the place of the better one.</summary>
    private void Merge(int first, int second)
    {
        var joined = _passages[first].With(_passages[second].First with { Text = _passages[second].Text })! with { Last = _passages[second].Last };
        _passages[Math.Min(first, second)] = joined;
        _passages.RemoveAt(Math.Max(first, second));
    }

    private void Learn(IEnumerable<int> shingles) => _seen.UnionWith(shingles);

    private static List<int> Shingles(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var shingles = new List<int>();
        for (var i = 0; i + WordsOfShingle <= words.Length; i++)
        {
            var hash = default(HashCode);
            for (var word = i; word < i + WordsOfShingle; word++)
            {
                hash.Add(words[word], StringComparer.OrdinalIgnoreCase);
            }

            shingles.Add(hash.ToHashCode());
        }

        if (shingles.Count == 0 && words.Length > 0)
        {
            shingles.Add(string.Join(' ', words).GetHashCode(StringComparison.OrdinalIgnoreCase));
        }

        return shingles;
    }
}
