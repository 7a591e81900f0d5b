using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// What an embedding model does, by hand: words that mean about the same lie in the same direction. It knows a table of everyday words of computing, and neither the
/// manual nor the questions about it. What a text begins with counts twice.
/// </summary>
internal sealed class ConceptVectors
{
    private const int Dimensions = 4096;
    private const int Beginning = 60;
    private const float Saturation = 5;

    private readonly Dictionary<string, List<int>> _concepts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _weak = new(StringComparer.Ordinal);

    public ConceptVectors()
    {
        foreach (var (number, line) in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", "concepts.txt")).Index())
        {
            foreach (var term in TextTerms.Of(line.TrimStart('-')))
            {
                if (line.StartsWith('-'))
                {
                    _weak.Add(term);
                }
                else if (!_concepts.TryAdd(term, [number]) && !_concepts[term].Contains(number))
                {
                    _concepts[term].Add(number);
                }
            }
        }
    }

    public float[] Of(string text)
    {
        var weights = new Dictionary<int, float>();
        foreach (var term in TextTerms.Of(text[..Math.Min(text.Length, Beginning)]).Concat(TextTerms.Of(text)))
        {
            var concepts = _concepts.GetValueOrDefault(term);
            var weight = _weak.Contains(term) || EnglishFillers.Stems.Contains(term) ? 0.15f : concepts is null ? 1.7f : 1f; // what is in no table is mostly a name
            Add(weights, Place(term), weight);
            foreach (var concept in concepts ?? [])
            {
                Add(weights, Place($"#{concept}"), weight * 0.8f);
            }

            foreach (var synonym in EnglishSynonyms.Of(term))
            {
                Add(weights, Place(synonym), weight * 0.3f);
            }
        }

        var vector = new float[Dimensions];
        foreach (var (place, weight) in weights)
        {
            vector[place] += weight / (weight + Saturation); // often is not so much more than once
        }

        return weights.Count == 0 ? [.. vector.Select(_ => 1f)] : vector;
    }

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
