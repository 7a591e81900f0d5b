using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Engine.Schemas;

/// <summary>The formats that are asserted: those that vendors say they keep to in structured output. Every other one is a remark, as the specification has it.</summary>
internal static partial class Formats
{
    /// <summary>Says whether a text is of the format; null for a format that is not asserted.</summary>
    public static Func<string, bool>? Of(string name) => name switch
    {
        "date" => text => text.Length == 10 && IsDate(text),
        "time" => text => IsTime(text),
        "date-time" => text => text.Length > 11 && IsDate(text[..10]) && text[10] is 'T' or 't' && IsTime(text[11..]),
        "duration" => Duration().IsMatch,
        "email" => text => Mailbox().Match(text) is { Success: true } mail && mail.Groups["local"].Length <= 64 && (IsHostname(mail.Groups["domain"].Value) || IsLiteral(mail.Groups["domain"].Value)),
        "hostname" => IsHostname,
        "ipv4" => IsIpv4,
        "ipv6" => IsIpv6,
        "uri" => text => Address().Match(text) is { Success: true } uri && (!uri.Groups["ip"].Success || IsIpv6(uri.Groups["ip"].Value)),
        "uuid" => Uuid().IsMatch,
        _ => null,
    };

    private static bool IsDate(string text) => Day().IsMatch(text) && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>A leap second stands at the end of a day in UTC only (RFC 3339, 5.7).</summary>
    private static bool IsTime(string text)
    {
        if (Clock().Match(text) is not { Success: true } clock)
        {
            return false;
        }

        var (hour, minute, second) = (Number("h"), Number("m"), Number("s"));
        var (offsetHour, offsetMinute) = clock.Groups["oh"].Success ? (Number("oh"), Number("om")) : (0, 0);
        if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59)
        {
            return false;
        }

        var offset = ((offsetHour * 60) + offsetMinute) * (clock.Groups["sign"].Value == "-" ? -1 : 1);
        return second < 60 || ((hour * 60) + minute - offset + 2880) % 1440 == 1439;

        int Number(string name) => int.Parse(clock.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static bool IsHostname(string text) => text.Length <= 253 && Hostname().IsMatch(text);

    private static bool IsIpv4(string text) => Ipv4().IsMatch(text);

    private static bool IsLiteral(string domain) =>
        domain.StartsWith('[') && domain.EndsWith(']') && (IsIpv4(domain[1..^1]) || (domain.StartsWith("[IPv6:", StringComparison.OrdinalIgnoreCase) && IsIpv6(domain[6..^1])));

    /// <summary>Eight groups, or fewer around one gap; the last two may be written as an IPv4 address (RFC 4291, 2.2).</summary>
    private static bool IsIpv6(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
        {
            return Groups(text, mayEndInIpv4: true) == 8;
        }

        var (before, after) = (text[..gap], text[(gap + 2)..]);
        var (left, right) = (before.Length == 0 ? 0 : Groups(before, mayEndInIpv4: false), after.Length == 0 ? 0 : Groups(after, mayEndInIpv4: true));
        return left >= 0 && right >= 0 && left + right <= 7;
    }

    /// <summary>How many groups, or -1 when one is wrong.</summary>
    private static int Groups(string text, bool mayEndInIpv4)
    {
        var parts = text.Split(':');
        var isMixed = mayEndInIpv4 && parts[^1].Contains('.', StringComparison.Ordinal);
        var hex = isMixed ? parts[..^1] : parts;
        return hex.All(p => p.Length is >= 1 and <= 4 && p.All(char.IsAsciiHexDigit)) && (!isMixed || IsIpv4(parts[^1])) ? hex.Length + (isMixed ? 2 : 0) : -1;
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]
    private static partial Regex Day();

    [GeneratedRegex(@"^(?<h>[0-9]{2}):(?<m>[0-9]{2}):(?<s>[0-9]{2})(?:\.[0-9]+)?(?:[Zz]|(?<sign>[+-])(?<oh>[0-9]{2}):(?<om>[0-9]{2}))\z")]
    private static partial Regex Clock();

    // RFC 3339, appendix A: units in their order, without a gap between them.
    [GeneratedRegex(@"^P(?=[0-9T])(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?)\z")]
    private static partial Regex Duration();

    [GeneratedRegex("^(?<local>[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")@(?<domain>[^@]+)\\z")]
    private static partial Regex Mailbox();

    [GeneratedRegex(@"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z")]
    private static partial Regex Hostname();

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\z")]
    private static partial Regex Ipv4();

    // RFC 3986, appendix A, without the forms that have no scheme.
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:(?://(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(?:\[(?:(?<ip>[0-9A-Fa-f:.]+)|v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?|(?!//)(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?\z")]
    private static partial Regex Address();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();
}
