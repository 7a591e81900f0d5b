using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>How long to wait between pieces: not at all, unless the prompt says "slowly", which is for people who want to see streaming.</summary>
internal static partial class Pace
{
    private const int UsualMilliseconds = 20;
    private const int LongestMilliseconds = 5_000;

    /// <summary>"slowly" is a few milliseconds; "slowly, 500 ms" says how many, 5000 at most.</summary>
    public static TimeSpan Of(string prompt)
    {
        if (Slowly().Match(prompt) is not { Success: true } match)
        {
            return TimeSpan.Zero;
        }

        var wanted = int.TryParse(match.Groups["ms"].Value, CultureInfo.InvariantCulture, out var ms) ? ms : UsualMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Clamp(wanted, 1, LongestMilliseconds));
    }

    [GeneratedRegex(@"\bslowly\b(?:\W{0,3}(?<ms>\d{1,9})\s*ms\b)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Slowly();
}
