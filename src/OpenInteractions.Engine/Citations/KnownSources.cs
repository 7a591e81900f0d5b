using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Citations;

/// <summary>The sources that a model may refer to: those of all results that it is shown.</summary>
internal sealed class KnownSources
{
    private readonly Dictionary<string, Annotation> _byMark = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);

    private KnownSources()
    {
    }

    /// <summary>The sources of a conversation; null when there are none, as in most.</summary>
    public static KnownSources? Of(IReadOnlyList<HistoryTurn> history)
    {
        KnownSources? known = null;
        for (var i = 0; i < history.Count; i++)
        {
            foreach (var source in history[i].Sources)
            {
                // Marks of two calls that happen to be the same mean the newer one.
                known ??= new KnownSources();
                known._byMark[source.Mark] = source.Citation;
                known._tags.Add(source.Mark[..CitationMark.TagLength]);
            }
        }

        return known;
    }

    /// <summary>What a bracket cites; null when it is text like any other. Empty when it names numbers that the result does not have.</summary>
    public IReadOnlyList<Annotation>? Find(string inner)
    {
        if (CitationMark.Read(inner) is not { } marks || !marks.All(m => _tags.Contains(m[..CitationMark.TagLength])))
        {
            return null;
        }

        return [.. marks.Distinct(StringComparer.Ordinal).Select(m => _byMark.GetValueOrDefault(m)).OfType<Annotation>()];
    }
}
