using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Texts for a schema's <c>pattern</c>.</summary>
internal static class PatternSample
{
    private const int LongestPattern = 500;

    private static readonly string[] Guesses =
        ["a", "A", "1", "abc", "ABC", "abcd", "123", "1234", "12345", "Abc", "abc123", "ABC-123", "ABC123", "a@example.com", "https://example.com/", "2026-01-01", "12:00", "+15550100", "sample", "AA", "aa", "00", "#000000", "1.0.0", "en", "en-US"];

    public static bool Fits(string pattern, string text)
    {
        try
        {
            // The pattern is the caller's: only the engine that takes linear time may run it.
            return pattern.Length > LongestPattern || Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            return true; // not a pattern that can be checked here
        }
    }

    /// <summary>A text that matches, or null when none was found.</summary>
    public static string? Make(string pattern, int ordinal) => Guesses.Where(g => Fits(pattern, g)).Skip(ordinal).Concat(Guesses.Where(g => Fits(pattern, g))).FirstOrDefault();
}
