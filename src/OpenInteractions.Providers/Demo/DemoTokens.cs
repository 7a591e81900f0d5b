namespace OpenInteractions.Providers.Demo;

/// <summary>
/// How the demo model counts: a token is a word with the white space before it, and a word of more than <see cref="LongestPiece"/>
/// characters is several. What is counted is also what is streamed: one piece, one token.
/// </summary>
internal static class DemoTokens
{
    private const int LongestPiece = 12;

    /// <summary>The pieces, which together are the text again.</summary>
    public static IEnumerable<string> Split(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = EndOfPiece(text, start);
            yield return text[start..end];
            start = end;
        }
    }

    /// <summary>How many pieces there are.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var start = 0; start < text.Length; count++)
        {
            start = EndOfPiece(text, start);
        }

        return count;
    }

    private static int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        var word = end;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && end - word < LongestPiece)
        {
            end++;
        }

        // A surrogate pair stays together: half of it would not survive the way through UTF-8.
        return end < text.Length && end > start && char.IsHighSurrogate(text[end - 1]) ? end + 1 : end;
    }
}
