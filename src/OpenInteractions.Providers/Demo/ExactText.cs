using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Prompts that ask for a text to the letter: <c>echo: …</c> and <c>count to N</c>.</summary>
internal static partial class ExactText
{
    /// <summary>Where counting ends, so that a stream does as well.</summary>
    public const int HighestCount = 100_000;

    public static DemoReply? Of(string prompt)
    {
        if (Echo().Match(prompt) is { Success: true } echo)
        {
            return DemoReply.Of(echo.Groups["text"].Value, "The prompt wants its own words back.");
        }

        if (CountTo().Match(prompt) is { Success: true } count)
        {
            var end = int.TryParse(count.Groups["n"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var n) ? n : int.MaxValue;
            return new DemoReply([], Numbers(end), ["The prompt wants numbers."]);
        }

        return null;
    }

    // Made while it is streamed: a long count costs no memory.
    private static IEnumerable<string> Numbers(int end)
    {
        for (var i = 1; i <= Math.Min(end, HighestCount); i++)
        {
            yield return i == 1 ? "1" : string.Create(CultureInfo.InvariantCulture, $" {i}");
        }

        if (end > HighestCount)
        {
            foreach (var piece in DemoTokens.Split($" (I stop at {HighestCount})"))
            {
                yield return piece;
            }
        }
    }

    [GeneratedRegex(@"^\s*echo\s*:[ \t]*(?<text>.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Echo();

    [GeneratedRegex(@"\bcount\s+(?:\w+\s+)?(?:from\s+(?:1|one)\s+)?(?:up\s+)?to\s+(?<n>\d[\d,]*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CountTo();
}
