using System.Globalization;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>A place of OpenStreetMap.</summary>
internal sealed record FoundPlace
{
    private const int LongestText = 300;

    private static readonly (string Tag, string Shown)[] Told =
    [
        ("opening_hours", "Opening hours"), ("cuisine", "Cuisine"), ("phone", "Phone"), ("contact:phone", "Phone"), ("website", "Website"), ("contact:website", "Website"),
        ("wheelchair", "Wheelchair"), ("fee", "Fee"), ("operator", "Operator"), ("description", "Description"), ("population", "Population"), ("ele", "Elevation"), ("stars", "Stars"),
    ];

    /// <summary><c>node</c>, <c>way</c> or <c>relation</c>.</summary>
    public required string Element { get; init; }

    public required long Number { get; init; }

    public required string Name { get; init; }

    public required MapPoint Point { get; init; }

    /// <summary>What it is: <c>cafe</c>; may be empty.</summary>
    public required string Kind { get; init; }

    public string? Address { get; init; }

    /// <summary>From its middle to its edge, in metres; of a town, for example.</summary>
    public double Extent { get; init; }

    /// <summary>What else is known of it, by its name for readers.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>The id on the wire (wire 8 has the form).</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"places/osm-{Element}-{Number}");

    public string Url => string.Create(CultureInfo.InvariantCulture, $"https://www.openstreetmap.org/{Element}/{Number}");

    public static bool IsElement(string? text) => text is "node" or "way" or "relation";

    /// <summary>One line of text that somebody else wrote.</summary>
    public static string Line(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("\0", "", StringComparison.Ordinal);
        return Excerpt.Of(line, LongestText);
    }

    public static IReadOnlyList<(string Name, string Value)> FactsOf(JsonElement tags) =>
        tags.ValueKind != JsonValueKind.Object
            ? []
            : [.. Told.Where(t => tags.TryGetProperty(t.Tag, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0)
                .Select(t => (t.Shown, Line(tags.GetProperty(t.Tag).GetString()!))).DistinctBy(f => f.Shown)];
}
