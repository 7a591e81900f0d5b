namespace OpenInteractions.Engine.Providers;

/// <summary>Finds what a caller may have meant.</summary>
internal static class NearestNames
{
    // The work is the product of two lengths: an id that a caller made up may be as long as the body allows.
    private const int LongestCompared = 100;

    /// <summary>The candidates that are fewest edits away, nearest first.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> candidates, int count) =>
    [
        .. candidates.Distinct(StringComparer.Ordinal)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(c => c.distance).ThenBy(c => c.candidate.Length).ThenBy(c => c.candidate, StringComparer.Ordinal)
            .Take(count)
            .Select(c => c.candidate),
    ];

    /// <summary>Edits (insert, delete, replace, swap neighbours) from one to the other, without regard to case.</summary>
    internal static int Distance(string from, string to)
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
