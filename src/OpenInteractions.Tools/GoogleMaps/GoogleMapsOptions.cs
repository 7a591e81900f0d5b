using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>Who finds places. Configuration section <c>OpenInteractions:Tools:GoogleMaps</c>.</summary>
public sealed class GoogleMapsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = ToolOptions.Section + ":GoogleMaps";

    /// <summary>Where the Nominatim instance is that finds places and addresses by name; none by default, and then this server finds no places.</summary>
    public string? NominatimAddress { get; set; }

    /// <summary>Where the Overpass instance is that finds all places of a kind around a point; none by default, and then Nominatim is asked for them.</summary>
    public string? OverpassAddress { get; set; }

    /// <summary>A mail or web address by which the operators of the instances reach the operator of this server; public instances ask for it.</summary>
    public string? Contact { get; set; }

    /// <summary>Requests to each instance at a time. Default 1; more only for instances of one's own.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 1;

    /// <summary>Places of one query. Default 8.</summary>
    [Range(1, 20)]
    public int Results { get; set; } = 8;

    /// <summary>The language of names and addresses, such as <c>de</c> or <c>pt-BR</c>; not set: each place's own.</summary>
    public string? Language { get; set; }

    /// <summary>How far around a point is looked, in metres, when a query does not say. Default 1500.</summary>
    [Range(50, 20_000)]
    public int Radius { get; set; } = 1500;

    /// <summary>How long one request may take. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer is taken from memory. Default 1 hour; public instances ask for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan MaxCacheAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Who finds places when the model's vendor can and an instance is set. Default <see cref="PlacePreference.Engine"/>.</summary>
    public PlacePreference Prefer { get; set; } = PlacePreference.Engine;
}

/// <summary>Who finds places when both can.</summary>
public enum PlacePreference
{
    /// <summary>The instances of this server's configuration.</summary>
    Engine,

    /// <summary>The model's vendor.</summary>
    Native,
}
