using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// What an embedding model does, by a script: a question's vector is that of the words of what it means (written by hand, in <c>Data</c>), and a text's that of its words, of
/// which rare ones go farther. So what is measured with it is how vectors are found and put together with words, and not how well some model understands; that is for the
/// operator's model to do. It knows no synonyms: a meaning in other words than the text's leads elsewhere.
/// </summary>
internal sealed class ScriptedVectors
{
    private const int Dimensions = 4096;
    private const int Beginning = 60;
    private const float Saturation = 1.5f;

    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _meanings;
    private readonly int _count;

    /// <param name="texts">What tells how rare words are.</param>
    /// <param name="meanings">What questions mean.</param>
    public ScriptedVectors(IReadOnlyCollection<string> texts, IEnumerable<(string Question, string Meaning)> meanings)
    {
        (_count, _meanings) = (texts.Count, meanings.ToDictionary(m => m.Question, m => m.Meaning, StringComparer.Ordinal));
        foreach (var term in texts.SelectMany(text => TextTerms.Of(text).Distinct(StringComparer.Ordinal)))
        {
            _texts[term] = _texts.GetValueOrDefault(term) + 1;
        }
    }

    public float[] Of(string text)
    {
        var (told, weights) = (_meanings.GetValueOrDefault(text, text), new Dictionary<int, float>());
        var beginning = TextTerms.Of(told[..Math.Min(told.Length, Beginning)]).ToList(); // says what the text is about
        foreach (var term in beginning.Concat(beginning).Concat(TextTerms.Of(told)).Where(t => !EnglishFillers.Stems.Contains(t)))
        {
            weights[Place(term)] = weights.GetValueOrDefault(Place(term)) + Rarity(term);
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
