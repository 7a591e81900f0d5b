using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleMaps.Engines;

/// <summary>An Overpass instance: all places of a kind around a point.</summary>
internal sealed class OverpassEngine(MapInstance instance, IOptions<GoogleMapsOptions> options) : IPlaceEngine
{
    /// <summary>Places of one answer. It gives them by their numbers, not by distance, so more are asked for than are shown.</summary>
    private const int MostElements = 500;

    /// <summary>Memory of the instance that one query may take.</summary>
    private const int MostMemory = 64 * 1024 * 1024;

    private const int MostAsks = 3;

    private readonly GoogleMapsOptions _options = options.Value;

    public async Task<IReadOnlyList<FoundPlace>> FindAsync(PlaceQuestion question, CancellationToken cancellationToken)
    {
        var (kind, centre, metres) = (PlaceQuestion.Around)question;
        for (var ask = 1; ; ask++)
        {
            var elements = await AskAsync(kind, centre, metres, cancellationToken);
            if (elements.Count < MostElements || ask == MostAsks)
            {
                return [.. elements.Select(e => Place(e, kind)).OfType<FoundPlace>().OrderBy(p => centre.MetresTo(p.Point)).Take(_options.Results)];
            }

            // The nearest may be missing. There are so many that a smaller circle has enough of them.
            metres = Math.Max(1, metres / 4);
        }
    }

    private async Task<IReadOnlyList<JsonElement>> AskAsync(PlaceKind kind, MapPoint centre, int metres, CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1, (int)_options.Timeout.TotalSeconds);
        var query = string.Create(CultureInfo.InvariantCulture, $"[out:json][timeout:{seconds}][maxsize:{MostMemory}];nwr(around:{metres},{centre})[\"{kind.Key}\"=\"{kind.Value}\"];out tags center {MostElements};");
        var address = EngineAddress.Of(_options.OverpassAddress, "", "/api/interpreter");
        var answer = await instance.AskAsync(() => new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent([new("data", query)]) }, JsonValueKind.Object, cancellationToken);
        var elements = answer.List("elements");
        if (elements.Count == 0 && answer.Text("remark")?.Contains("error", StringComparison.OrdinalIgnoreCase) == true)
        {
            // A query that took too long, or too much memory, is a success with this remark.
            throw new EngineFailedException("The map service gave up on the query: it took too long. Look in a smaller circle.");
        }

        return elements;
    }

    private FoundPlace? Place(JsonElement o, PlaceKind kind)
    {
        var tags = o.Member("tags");
        var at = o.Member("center") is { ValueKind: JsonValueKind.Object } center ? center : o;
        if (!FoundPlace.IsElement(o.Text("type")) || !Numbers.Long(o.Member("id"), out var number) || Point(at) is not { } point)
        {
            return null;
        }

        var name = (_options.Language is { Length: > 0 } language ? tags.Text($"name:{language.Split('-')[0].ToLowerInvariant()}") : null) ?? tags.Text("name") ?? tags.Text("brand");
        return new FoundPlace
        {
            Element = o.Text("type")!,
            Number = number,
            Name = name is { Length: > 0 } ? FoundPlace.Line(name) : kind.Words,
            Point = point,
            Kind = kind.Words,
            Address = AddressOf(tags),
            Facts = FoundPlace.FactsOf(tags),
        };
    }

    private static MapPoint? Point(JsonElement o) =>
        o.Member("lat") is { ValueKind: JsonValueKind.Number } lat && o.Member("lon") is { ValueKind: JsonValueKind.Number } lon && lat.GetDouble() is >= -90 and <= 90 and var north && lon.GetDouble() is >= -180 and <= 180 and var east
            ? new MapPoint(north, east)
            : null;

    private static string? AddressOf(JsonElement tags)
    {
        var street = string.Join(' ', new[] { tags.Text("addr:street") ?? tags.Text("addr:place"), tags.Text("addr:housenumber") }.OfType<string>());
        var town = string.Join(' ', new[] { tags.Text("addr:postcode"), tags.Text("addr:city") }.OfType<string>());
        var address = tags.Text("addr:full") ?? string.Join(", ", new[] { street, town }.Where(p => p.Length > 0));
        return address.Length > 0 ? FoundPlace.Line(address) : null;
    }
}
