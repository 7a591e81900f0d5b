namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>Instances that everybody may use, and whose operators ask for manners: to be told who asks, one request at a time, and of Nominatim at most one in a second.</summary>
internal static class PublicInstances
{
    public static TimeSpan NominatimInterval { get; } = TimeSpan.FromSeconds(1);

    private static readonly string[] Hosts = ["openstreetmap.org", "overpass-api.de", "openstreetmap.fr", "private.coffee", "kumi.systems", "osm.ch", "mail.ru"];

    public static bool Has(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && Hosts.Any(h => uri.IdnHost.Equals(h, StringComparison.OrdinalIgnoreCase) || uri.IdnHost.EndsWith("." + h, StringComparison.OrdinalIgnoreCase));
}
