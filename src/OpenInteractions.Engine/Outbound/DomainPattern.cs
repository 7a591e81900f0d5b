using System.Globalization;
using System.Net;
using System.Text;

namespace OpenInteractions.Engine.Outbound;

/// <summary>Which hosts something may be sent to: a name, <c>*.example.com</c> for all names below one (not itself), or an address in its usual form (behaviour EN-7).</summary>
internal static class DomainPattern
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>What is wrong with a pattern, for a sentence; null when nothing is.</summary>
    public static string? FaultOf(string pattern)
    {
        var isBelow = pattern.StartsWith("*.", StringComparison.Ordinal);
        var host = isBelow ? pattern[2..] : pattern;
        if (host.StartsWith('[') || host.Contains(':'))
        {
            return isBelow ? NoAddress : FaultOfVersion6(host);
        }

        if (ToAscii(host) is not { } name || !IsName(name))
        {
            return "it is no name of a host, such as 'example.com' or '*.example.com', without scheme, port and path";
        }

        var read = HostName.Read(name);
        return read.IsValid && read.Address is null ? null
            : isBelow ? NoAddress
            : read.Address?.ToString() == host ? null
            : Unusual;
    }

    private const string NoAddress = "'*.' stands before a name, not before an address";

    private const string Unusual = "it is an address in an unusual form";

    private static string? FaultOfVersion6(string host)
    {
        var bare = host is ['[', .. var inner, ']'] ? inner : host;
        return !bare.Contains('[') && !bare.Contains(']') && !bare.Contains('%') && IPAddress.TryParse(bare, out var address) && !address.IsIPv4MappedToIPv6
            && bare.Equals(address.ToString(), StringComparison.OrdinalIgnoreCase) ? null : Unusual;
    }

    /// <summary>A name in lower case and A-labels, without the dot that says that it is complete; null when it has no such form.</summary>
    private static string? ToAscii(string host)
    {
        if (host.Length is 0 or > LongestName + 1)
        {
            return null;
        }

        var name = string.Concat(host.Select(Fold)).ToLowerInvariant();
        name = name.EndsWith('.') ? name[..^1] : name;
        if (name.All(char.IsAscii))
        {
            return name;
        }

        try
        {
            return name.EnumerateRunes().All(IsLetter) ? Idn.GetAscii(name).ToLowerInvariant() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Dots and the wide forms of ASCII are what resolvers fold, too.
    private static char Fold(char c) => c switch
    {
        '\u3002' or '\uff61' => '.',
        >= '\uff01' and <= '\uff5e' => (char)(c - 0xfee0),
        _ => c,
    };

    /// <summary>Letters, marks and digits: symbols that look like them are in nobody's name.</summary>
    private static bool IsLetter(Rune rune) => rune.IsAscii || (rune.Value is not (>= 0x1d400 and <= 0x1d7ff) && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber);

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.Split('.').All(label =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'));
}
