using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleMaps.Engines;

/// <summary>A Nominatim instance: places and addresses by their names, and what is at a point.</summary>
internal sealed class NominatimEngine(MapInstance instance, IOptions<GoogleMapsOptions> options) : IPlaceEngine
{
    private const int NearMetres = 25_000;

    private readonly GoogleMapsOptions _options = options.Value;

    public async Task<IReadOnlyList<FoundPlace>> FindAsync(PlaceQuestion question, CancellationToken cancellationToken)
    {
        if (question is PlaceQuestion.At { Point: var at })
        {
            var address = Address("/reverse", ("lat", Number(at.Latitude)), ("lon", Number(at.Longitude)));
            var answer = await instance.AskAsync(() => new HttpRequestMessage(HttpMethod.Get, address), JsonValueKind.Object, cancellationToken);
            return Place(answer) is { } place ? [place] : []; // it says "error" where it knows nothing, as at sea
        }

        var asked = (PlaceQuestion.Named)question;
        var box = asked.Near is { } near ? Box(near, asked.OnlyWithin ?? NearMetres) : null;
        var search = Address(
            "/search", ("q", asked.Text), ("limit", _options.Results.ToString(CultureInfo.InvariantCulture)), ("viewbox", box), ("bounded", asked.OnlyWithin is null ? null : "1"));
        var found = await instance.AskAsync(() => new HttpRequestMessage(HttpMethod.Get, search), JsonValueKind.Array, cancellationToken);
        return [.. found.EnumerateArray().Select(Place).OfType<FoundPlace>().Take(_options.Results)];
    }

    private static FoundPlace? Place(JsonElement o)
    {
        if (!FoundPlace.IsElement(o.Text("osm_type")) || !Numbers.Long(o.Member("osm_id"), out var number) || MapPoint.Of(o.Text("lat"), o.Text("lon")) is not { } point)
        {
            return null;
        }

        var address = FoundPlace.Line(o.Text("display_name") ?? "");
        var name = o.Text("name") is { Length: > 0 } own ? FoundPlace.Line(own) : address.Split(',')[0];
        return new FoundPlace
        {
            Element = o.Text("osm_type")!,
            Number = number,
            Name = name.Length > 0 ? name : point.ToString(),
            Point = point,
            Kind = KindOf(o),
            Address = address.Length > 0 ? address : null,
            Extent = Extent(o.List("boundingbox")),
            Facts = FoundPlace.FactsOf(o.Member("extratags")),
        };
    }

    // "place=house" and "building=yes" say less than "house" and "building".
    private static string KindOf(JsonElement o)
    {
        var (category, type) = (o.Text("category") ?? o.Text("class") ?? "", o.Text("type") ?? "");
        return FoundPlace.Line((type is "yes" or "" ? category : type).Replace('_', ' '));
    }

    /// <summary>South, north, west, east; each a text.</summary>
    private static double Extent(IReadOnlyList<JsonElement> box) =>
        box is [{ ValueKind: JsonValueKind.String } south, { ValueKind: JsonValueKind.String } north, { ValueKind: JsonValueKind.String } west, { ValueKind: JsonValueKind.String } east]
        && MapPoint.Of(south.GetString(), west.GetString()) is { } from && MapPoint.Of(north.GetString(), east.GetString()) is { } to
            ? from.MetresTo(to) / 2
            : 0;

    private static string Box(MapPoint near, int metres)
    {
        var (south, west, north, east) = near.Box(metres);
        return $"{Number(west)},{Number(south)},{Number(east)},{Number(north)}";
    }

    private static string Number(double degrees) => degrees.ToString("0.######", CultureInfo.InvariantCulture);

    private Uri Address(string path, params (string Name, string? Value)[] query) =>
        EngineAddress.Of(_options.NominatimAddress, "", path, [.. query, ("format", "jsonv2"), ("extratags", "1"), ("accept-language", string.IsNullOrEmpty(_options.Language) ? null : _options.Language)]);
}
