using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>A query in its parts: <c>cafe within 500 m of Kyoto Station</c>. Where it has none, all of it is <see cref="What"/>.</summary>
internal sealed partial record PlaceQuery
{
    /// <summary>Farther is not looked, whatever a query says.</summary>
    public const int MostMetres = 20_000;

    /// <summary>All of it.</summary>
    public required string Text { get; init; }

    public required string What { get; init; }

    /// <summary>Where to look; null when the query does not say.</summary>
    public string? Where { get; init; }

    /// <summary>How far, when the query says.</summary>
    public int? Metres { get; init; }

    /// <summary>Inside of a place, and not around it.</summary>
    public bool IsInside { get; init; }

    /// <summary>Where the user is.</summary>
    public bool IsHere => Where is not null && Here().IsMatch(Where);

    public static PlaceQuery Read(string text)
    {
        var trimmed = text.Trim().TrimEnd('?', '.', '!');
        if (Nearby().Match(trimmed) is { Success: true } nearby)
        {
            return new PlaceQuery { Text = trimmed, What = nearby.Groups["what"].Value, Where = "here" };
        }

        var match = Parts().Match(trimmed);
        return !match.Success ? new PlaceQuery { Text = trimmed, What = trimmed } : new PlaceQuery
        {
            Text = trimmed,
            What = match.Groups["what"].Value,
            Where = match.Groups["where"].Value,
            Metres = match.Groups["number"] is { Success: true } number ? Distance(number.ValueSpan, match.Groups["unit"].Value) : null,
            IsInside = match.Groups["in"].Success,
        };
    }

    private static int Distance(ReadOnlySpan<char> number, string unit)
    {
        var metres = double.Parse(number, CultureInfo.InvariantCulture) * (unit.ToLowerInvariant() switch
        {
            var u when u.StartsWith("km", StringComparison.Ordinal) || u.StartsWith("kilo", StringComparison.Ordinal) => 1000,
            var u when u.StartsWith("mi", StringComparison.Ordinal) => 1609.344,
            var u when u.StartsWith('f') => 0.3048,
            _ => 1,
        });
        return (int)Math.Clamp(metres, 1, MostMetres);
    }

    [GeneratedRegex(@"^(?<what>.{1,200}?)\s+(?:within\s+(?<number>\d{1,6}(?:\.\d{1,3})?)\s*(?<unit>km|kilomet(?:er|re)s?|miles?|mi|feet|ft|m|met(?:er|re)s?)\s+(?:of|from|around)|(?<in>in|inside)|near(?:\s+to)?|around|close\s+to|next\s+to|by|at)\s+(?<where>.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Parts();

    [GeneratedRegex(@"^(?<what>.{1,200}?)\s+(?:nearby|close\s+by|around\s+here)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Nearby();

    [GeneratedRegex(@"^(?:me|here|us|my\s+(?:location|position|place)|(?:the\s+)?user|(?:the\s+)?user's\s+(?:location|position))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Here();
}
