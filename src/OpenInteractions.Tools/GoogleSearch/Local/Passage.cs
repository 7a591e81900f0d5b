namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>The part of a page that says most about a query.</summary>
internal static class Passage
{
    private const int Length = FoundPage.LongestText * 4 / 5;

    /// <summary>The window with the most different words of the query, from the beginning of a line or sentence near it.</summary>
    public static string Of(string text, string query)
    {
        if (text.Length <= Length)
        {
            return text;
        }

        var hits = SearchTerms.Of(query).Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(term => Places(text, term)).Order().ToArray();
        var (best, most) = (0, 0);
        for (int first = 0, last = 0; first < hits.Length; first++)
        {
            while (last < hits.Length && hits[last].At < hits[first].At + Length - 100)
            {
                last++;
            }

            var different = hits[first..last].DistinctBy(h => h.Term).Count();
            if (different > most)
            {
                (best, most) = (hits[first].At, different);
            }
        }

        var start = best < 100 ? 0 : Begin(text, best);
        return text[start..Math.Min(text.Length, start + Length)];
    }

    private static IEnumerable<(int At, string Term)> Places(string text, string term)
    {
        const int Most = 200;
        var count = 0;
        for (var at = 0; count++ < Most && (at = text.IndexOf(term, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += term.Length)
        {
            yield return (at, term);
        }
    }

    private static int Begin(string text, int at)
    {
        for (var i = at; i > Math.Max(0, at - 100); i--)
        {
            if (text[i - 1] is '\n' or '。' || (text[i - 1] is '.' or '!' or '?' && char.IsWhiteSpace(text[i])))
            {
                return i;
            }
        }

        return char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
