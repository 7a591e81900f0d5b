namespace OpenInteractions.Contracts.Validation;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    // The work is the product of two lengths: a name that a caller made up may be as long as the body allows.
    private const int LongestCompared = 100;

    /// <summary>The candidates so close to <paramref name="name"/> that one of them was probably meant, nearest first; none when nothing is close.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    /// <param name="count">Most results.</param>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> candidates, int count = 1)
    {
        var farthest = Math.Max(2, Math.Min(name.Length, LongestCompared) / 3);
        return name.Length > LongestCompared ? [] : Take(Measure(name, candidates).Where(c => c.Distance <= farthest), count);
    }

    /// <summary>The candidates that are fewest edits away, nearest first, however far that is.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    /// <param name="count">Most results.</param>
    public static IReadOnlyList<string> Rank(string name, IEnumerable<string> candidates, int count) => Take(Measure(name, candidates), count);

    /// <summary>
    /// The candidate that has all words of <paramref name="name"/>, so that <c>max_tokens</c> finds <c>max_output_tokens</c>, which is many edits
    /// away; of several the one with fewest edits, and null when there is none.
    /// </summary>
    /// <param name="name">What was written; <c>_</c> and capitals part words, and a word may be shortened, as in <c>params</c>.</param>
    /// <param name="candidates">What there is.</param>
    public static string? FindByWords(string name, IEnumerable<string> candidates)
    {
        var words = Words(name.Length > LongestCompared ? name[..LongestCompared] : name);
        return Measure(name, candidates)
            .Where(c => Words(c.Candidate) is var theirs && words.TrueForAll(w => theirs.Exists(t => IsSameWord(w, t))))
            .OrderBy(c => c.Distance).ThenBy(c => c.Candidate, StringComparer.Ordinal)
            .Select(c => c.Candidate)
            .FirstOrDefault();
    }

    private static List<string> Words(string name)
    {
        var words = new List<string>();
        for (var (start, i) = (0, 1); i <= name.Length; i++)
        {
            if (i == name.Length || name[i] is '_' or '-' || (char.IsUpper(name[i]) && char.IsLower(name[i - 1])))
            {
                words.Add(name[start..i].Trim('_', '-'));
                start = i;
            }
        }

        return words;
    }

    private static bool IsSameWord(string a, string b)
    {
        var shorter = Math.Min(a.Length, b.Length);
        var common = 0;
        while (common < shorter && Same(a[common], b[common]))
        {
            common++;
        }

        return (common == a.Length && common == b.Length) || (common > 2 && common * 3 >= shorter * 2);
    }

    private static IEnumerable<(string Candidate, int Distance)> Measure(string name, IEnumerable<string> candidates) =>
        candidates.Distinct(StringComparer.Ordinal).Select(candidate => (candidate, Distance(name, candidate)));

    private static IReadOnlyList<string> Take(IEnumerable<(string Candidate, int Distance)> measured, int count) =>
    [
        .. measured.OrderBy(c => c.Distance).ThenBy(c => c.Candidate.Length).ThenBy(c => c.Candidate, StringComparer.Ordinal)
            .Take(count)
            .Select(c => c.Candidate),
    ];

    /// <summary>Edits (insert, delete, replace, swap neighbours) from one to the other, without regard to case.</summary>
    private static int Distance(string from, string to)
    {
        var a = from.AsSpan(0, Math.Min(from.Length, LongestCompared));
        var b = to.AsSpan(0, Math.Min(to.Length, LongestCompared));
        Span<int> twoBack = stackalloc int[LongestCompared + 1];
        Span<int> previous = stackalloc int[LongestCompared + 1];
        Span<int> current = stackalloc int[LongestCompared + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                var best = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    best = Math.Min(best, twoBack[j - 2] + 1);
                }

                current[j] = best;
            }

            var oldest = twoBack;
            twoBack = previous;
            previous = current;
            current = oldest;
        }

        return previous[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
