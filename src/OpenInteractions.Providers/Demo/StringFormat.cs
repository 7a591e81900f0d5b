using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Demo;

/// <summary>The formats of JSON Schema that the demo model can write and tell apart.</summary>
internal static partial class StringFormat
{
    /// <summary>A sample, another one for another place, or null when the format is not known.</summary>
    public static string? Sample(string? format, int ordinal) => format switch
    {
        "date" => new DateOnly(2026, 1, 1).AddDays(ordinal).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "date-time" => new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddDays(ordinal).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "time" => new TimeOnly(12, 0).AddMinutes(ordinal).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "duration" => $"PT{ordinal + 1}H",
        "email" or "idn-email" => $"sample{(ordinal == 0 ? "" : ordinal + 1)}@example.com",
        "uri" or "url" or "iri" or "uri-reference" or "iri-reference" => $"https://example.com/{(ordinal == 0 ? "" : ordinal + 1)}",
        "hostname" or "idn-hostname" => $"host{ordinal + 1}.example.com",
        "uuid" => $"00000000-0000-4000-8000-{ordinal + 1:x12}",
        "ipv4" => $"192.0.2.{(ordinal % 254) + 1}",
        "ipv6" => $"2001:db8::{ordinal + 1:x}",
        "json-pointer" => $"/sample{ordinal + 1}",
        "byte" => Convert.ToBase64String([(byte)ordinal]),
        _ => null,
    };

    /// <summary>True when the text has the format, or when the format is not known.</summary>
    public static bool Fits(string? format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => text.Contains('T', StringComparison.Ordinal) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "time" => text.Length >= 9 && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 0) && TimeOnly.TryParse(text[..8], CultureInfo.InvariantCulture, out _),
        "email" or "idn-email" => text.IndexOf('@') > 0 && !text.Contains(' ', StringComparison.Ordinal) && text.LastIndexOf('@') < text.Length - 1,
        "uri" or "url" or "iri" => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme.Length > 1,
        "uri-reference" or "iri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) && !text.Contains(' ', StringComparison.Ordinal),
        "hostname" or "idn-hostname" => Uri.CheckHostName(text) == UriHostNameType.Dns,
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "ipv4" => text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out _),
        "ipv6" => text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out _),
        "duration" => Duration().IsMatch(text),
        "json-pointer" => text is ['/', ..],
        _ => true,
    };

    [GeneratedRegex(@"^P(?!$)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
