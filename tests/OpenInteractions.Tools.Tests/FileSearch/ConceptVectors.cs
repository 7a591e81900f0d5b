using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// What an embedding model does, by hand: words that mean about the same lie in the same direction, and rare ones go farther. It knows two tables of everyday words of
/// computing, and how many of the texts that it was made with have a word; questions it does not know. What a text begins with counts more.
/// </summary>
internal sealed class ConceptVectors
{
    private const int Dimensions = 4096;
    private const int Beginning = 60;
    private const float Saturation = 1.5f;
    private const float Related = 0.3f;

    private readonly Dictionary<string, List<int>> _concepts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly int _count;

    /// <param name="texts">What tells how rare words are.</param>
    public ConceptVectors(IReadOnlyCollection<string> texts)
    {
        _count = texts.Count;
        foreach (var term in texts.SelectMany(text => TextTerms.Of(text).Distinct(StringComparer.Ordinal)))
        {
            _texts[term] = _texts.GetValueOrDefault(term) + 1;
        }

        foreach (var (number, line) in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", "concepts.txt")).Index())
        {
            foreach (var term in TextTerms.Of(line).Distinct(StringComparer.Ordinal))
            {
                _concepts.TryAdd(term, []);
                _concepts[term].Add(number);
            }
        }
    }

    public float[] Of(string text)
    {
        var weights = new Dictionary<int, float>();
        var beginning = TextTerms.Of(text[..Math.Min(text.Length, Beginning)]).ToList();
        foreach (var term in beginning.Concat(beginning).Concat(TextTerms.Of(text)).Where(t => !EnglishFillers.Stems.Contains(t)))
        {
            var weight = Rarity(term);
            Add(weights, Place(term), weight);
            foreach (var related in (_concepts.GetValueOrDefault(term) ?? []).Select(concept => $"#{concept}").Concat(EnglishSynonyms.Of(term)))
            {
                Add(weights, Place(related), weight * Related);
            }
        }

        var vector = new float[Dimensions];
        foreach (var (place, weight) in weights)
        {
            vector[place] += weight / (weight + Saturation); // often is not so much more than once
        }

        return weights.Count == 0 ? [.. vector.Select(_ => 1f)] : vector;
    }

    /// <summary>About 1 for a word that no text has, and nearly 0 for one of all.</summary>
    private float Rarity(string term) => (float)(Math.Log(1 + (_count / (_texts.GetValueOrDefault(term) + 0.5))) / Math.Log(1 + (_count / 0.5)));

    private static void Add(Dictionary<int, float> weights, int place, float weight) => weights[place] = weights.GetValueOrDefault(place) + weight;

    /// <summary>FNV: the same in every process.</summary>
    private static int Place(string term)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(term))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return (int)((hash ^ (hash >> 15)) % Dimensions);
    }
}
