using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Citations;

/// <summary>The sources that a model may refer to: those of all results that it is shown.</summary>
internal sealed class KnownSources
{
    private static readonly object OfStretch = new();

    private readonly Dictionary<string, Annotation> _byMark = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);

    private KnownSources()
    {
    }

    /// <summary>The sources of a conversation; null when there are none, as in most.</summary>
    public static KnownSources? Of(IReadOnlyList<HistoryTurn> history)
    {
        KnownSources? known = null;
        var whole = HistoryStretch.WholeIn(history, history.Count);
        for (var i = 0; i < whole; i += HistoryStretch.Length)
        {
            Add(new HistoryStretch(history, i).Rendered(OfStretch, static s => s.Turns.SelectMany(t => t.Sources).ToList(), static _ => 0), ref known);
        }

        for (var i = whole; i < history.Count; i++)
        {
            Add(history[i].Sources, ref known);
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

    private static void Add(IReadOnlyList<CitedSource> sources, ref KnownSources? known)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            // Marks of two calls that happen to be the same mean the newer one.
            known ??= new KnownSources();
            known._byMark[sources[i].Mark] = sources[i].Citation;
            known._tags.Add(sources[i].Mark[..CitationMark.TagLength]);
        }
    }
}
