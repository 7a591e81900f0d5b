using System.Globalization;
using System.Net;

namespace OpenInteractions.Engine.Outbound;

/// <summary>
/// A host as the rules compare it: lower case, A-labels, without the dot at the end. What is compared is what is resolved: a spelling that is read in two ways
/// would pass the rules as one host and connect to another.
/// </summary>
/// <param name="Name">The name, or the usual form of the address.</param>
/// <param name="Address">The address that it spells; null for a name.</param>
public sealed record CanonicalHost(string Name, IPAddress? Address)
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>Reads a host without a port.</summary>
    /// <param name="text">What a caller, a rule or a program has written.</param>
    /// <param name="fault">What is wrong with it, for a sentence; empty when nothing is.</param>
    /// <returns>Null for what is no host.</returns>
    public static CanonicalHost? Read(string text, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        fault = "";
        if (text.Length is 0 or > MaxName + 2)
        {
            return Fail(text.Length == 0 ? "it is empty" : $"it is longer than {MaxName} characters", out fault);
        }

        if (text.Any(c => c <= ' ' || c == 0x7f || (c is >= '\u0080' and < '\u00a0') || c is '@' or '/' or '\\' or '?' or '#' or '%' or '"' or '<' or '>'))
        {
            return Fail("it holds characters that no host has, such as user names, zones or control bytes", out fault);
        }

        if (text.StartsWith('[') || text.Contains(':'))
        {
            return ReadVersion6(text, out fault);
        }

        var name = string.Concat(text.Select(Fold)).ToLowerInvariant();
        if (name.EndsWith('.'))
        {
            name = name[..^1];
        }

        if (!name.All(char.IsAscii))
        {
            if (ToAscii(name) is not { } ascii)
            {
                return Fail("it has no form in A-labels", out fault);
            }

            name = ascii;
        }

        if (name.Length is 0 or > MaxName || name.Split('.').Any(l => l.Length is 0 or > MaxLabel || l[0] == '-' || l[^1] == '-' || !l.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')))
        {
            return Fail("a label of it is empty, too long, or has characters that names do not have", out fault);
        }

        return EndsInNumber(name) ? ReadVersion4(text, name, out fault) : new CanonicalHost(name, null);
    }

    /// <summary>Reads a host with or without a port, as it stands in CONNECT and in Host.</summary>
    /// <param name="text">What a program has written.</param>
    /// <param name="defaultPort">The port where it names none; null when it must.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <param name="fault">What is wrong with it, for a sentence; empty when nothing is.</param>
    /// <returns>Null for what is no host with a port.</returns>
    public static CanonicalHost? ReadWithPort(string text, int? defaultPort, out int port, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        port = 0;
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        var colon = bracket < 0 ? -1 : text.IndexOf(':', bracket);
        if (colon < 0)
        {
            port = defaultPort ?? 0;
            return defaultPort is null ? Fail("it has no port", out fault) : Read(text, out fault);
        }

        var digits = text[(colon + 1)..];
        if (digits.Length is 0 or > 5 || !digits.All(char.IsAsciiDigit) || (port = int.Parse(digits, CultureInfo.InvariantCulture)) is 0 or > 65535)
        {
            return Fail("its port is no number from 1 to 65535", out fault);
        }

        return Read(text[..colon], out fault);
    }

    // Dots and the wide forms of ASCII are what resolvers and browsers fold too.
    private static char Fold(char c) => c switch
    {
        '\u3002' or '\uff61' => '.',
        >= '\uff01' and <= '\uff5e' => (char)(c - 0xfee0),
        _ => c,
    };

    private static string? ToAscii(string name)
    {
        // Letters, marks and digits only: symbols that look like others (circled digits, signs) are nobody's name.
        var isPlain = name.EnumerateRunes().All(r => r.IsAscii || (r.Value is not (>= 0x1d400 and <= 0x1d7ff) && System.Text.Rune.GetUnicodeCategory(r)
            is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber));
        try
        {
            return isPlain ? Idn.GetAscii(name).ToLowerInvariant() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool EndsInNumber(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.All(char.IsAsciiDigit) || (last.StartsWith("0x", StringComparison.Ordinal) && last.Skip(2).All(char.IsAsciiHexDigit));
    }

    private static CanonicalHost? ReadVersion4(string text, string name, out string fault)
    {
        if (!IPAddress.TryParse(name, out var address))
        {
            return Fail("it is neither a name nor an address", out fault);
        }

        return Usual(text, address, out fault);
    }

    private static CanonicalHost? ReadVersion6(string text, out string fault)
    {
        var bare = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        if (bare.Contains('[') || bare.Contains(']') || !IPAddress.TryParse(bare, out var address))
        {
            return Fail("it is neither a name nor an address", out fault);
        }

        return address.IsIPv4MappedToIPv6 ? Fail("it is an address in an unusual form", out fault) : Usual(bare, address, out fault);
    }

    private static CanonicalHost? Usual(string text, IPAddress address, out string fault)
    {
        fault = "";
        var usual = address.ToString();
        return string.Equals(text, usual, StringComparison.OrdinalIgnoreCase) ? new CanonicalHost(usual, address) : Fail("it is an address in an unusual form", out fault);
    }

    private static CanonicalHost? Fail(string why, out string fault)
    {
        fault = why;
        return null;
    }
}
