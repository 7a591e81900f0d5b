using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>A stretch of a document that was found: one piece, or neighbours put together.</summary>
/// <param name="First">Its first piece, which says where it is from.</param>
/// <param name="Last">The place of its last piece.</param>
/// <param name="Text">Its text.</param>
internal sealed record Passage(Chunk First, int Last, string Text)
{
    // What is shorter may be the same by chance.
    private const int ShortestOverlap = 12;
    private const int LongestContext = 1000;

    public static Passage Of(Chunk piece) => new(piece, piece.Ordinal, piece.Text);

    /// <summary>With a piece that stands directly before or behind it and begins on the same page; null when it does not.</summary>
    public Passage? With(Chunk piece) =>
        IsBefore(piece) ? this with { Last = piece.Ordinal, Text = Join(Text, piece.Text) }
        : IsOnPageOf(piece) && piece.Ordinal == First.Ordinal - 1 ? new Passage(piece, Last, Join(piece.Text, Text))
        : null;

    /// <summary>Whether a piece begins where it ends, on the same page.</summary>
    public bool IsBefore(Chunk piece) => IsOnPageOf(piece) && piece.Ordinal == Last + 1;

    // A passage is cited with the page on which it begins: what begins on another one stays by itself.
    private bool IsOnPageOf(Chunk piece) => piece.Document == First.Document && piece.Page == First.Page;

    /// <summary>Two texts without what the second repeats of the first, behind the headings that may stand in front of it.</summary>
    private static string Join(string first, string second)
    {
        var context = second.IndexOf("\n\n", StringComparison.Ordinal);
        int[] starts = context is > 0 and <= LongestContext ? [0, context + 2] : [0];
        foreach (var start in starts)
        {
            if (Overlap(first, second.AsSpan(start)) is >= ShortestOverlap and var length)
            {
                return first + second[(start + length)..];
            }
        }

        return $"{first}\n\n{second}";
    }

    /// <summary>The longest beginning of one text that is the end of another.</summary>
    private static int Overlap(string first, ReadOnlySpan<char> second)
    {
        // Where the beginning of the second text fits on itself (Knuth, Morris, Pratt).
        var length = Math.Min(first.Length, second.Length);
        var fits = new int[length];
        for (int i = 1, matched = 0; i < length; i++)
        {
            while (matched > 0 && second[i] != second[matched])
            {
                matched = fits[matched - 1];
            }

            fits[i] = matched += second[i] == second[matched] ? 1 : 0;
        }

        var found = 0;
        foreach (var c in first.AsSpan(first.Length - length))
        {
            while (found > 0 && (found == length || c != second[found]))
            {
                found = fits[found - 1];
            }

            found += c == second[found] ? 1 : 0;
        }

        return found;
    }
}
