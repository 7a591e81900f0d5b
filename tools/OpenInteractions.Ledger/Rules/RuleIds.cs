using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Ledger.Rules;

/// <summary>The ids that an area must have, written as single ids and as ranges such as <c>ST-1..22</c>.</summary>
internal static partial class RuleIds
{
    public static IEnumerable<string> Expand(string ids)
    {
        var range = Range().Match(ids);
        if (!range.Success)
        {
            return [ids];
        }

        var first = int.Parse(range.Groups["first"].Value, CultureInfo.InvariantCulture);
        var last = int.Parse(range.Groups["last"].Value, CultureInfo.InvariantCulture);
        return last < first
            ? throw new LedgerException($"The range of ids '{ids}' ends before it begins.")
            : Enumerable.Range(first, last - first + 1).Select(number => $"{range.Groups["prefix"].Value}{number}");
    }

    [GeneratedRegex(@"^(?<prefix>.+-)(?<first>\d{1,4})\.\.(?<last>\d{1,4})$")]
    private static partial Regex Range();
}
