using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.Tests;

/// <summary>The marks of sources in what a model was shown (docs/decisions/0010).</summary>
internal static partial class ShownMarks
{
    /// <summary>The first source's mark.</summary>
    public static string First(string read) => Found(FirstMark().Match(read), "any source");

    /// <summary>The mark of the source with this title.</summary>
    public static string Of(string title, string read) =>
        Found(Titled().Matches(read).FirstOrDefault(m => read.AsSpan(m.Index + m.Length).StartsWith(title, StringComparison.Ordinal)) ?? Match.Empty, $"'{title}'");

    /// <summary>A text that is shown to people has none.</summary>
    public static void AssertNone(string text) => Assert.DoesNotMatch(Any(), text);

    // A model's script runs in the fake's server, where nobody sees what is thrown: a mark that is missing shows in the answer.
    private static string Found(Match match, string what) => match.Success ? match.Groups["mark"].Value : $"no mark of {what} was shown";

    [GeneratedRegex(@"\[(?<mark>[a-z][a-z0-9]{3}\.1)\]")]
    private static partial Regex FirstMark();

    [GeneratedRegex(@"\[(?<mark>[a-z][a-z0-9]{3}\.\d+)\] ")]
    private static partial Regex Titled();

    [GeneratedRegex(@"\[[a-z][a-z0-9]{3}\.\d")]
    private static partial Regex Any();
}
