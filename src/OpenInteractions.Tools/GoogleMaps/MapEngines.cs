using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;
using OpenInteractions.Tools.GoogleMaps.Engines;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>The instances that are set, ready to be asked; or none.</summary>
internal sealed class MapEngines : IDisposable
{
    /// <summary>Clients whose requests pass the guard, each knowing its own instance's address.</summary>
    public const string NominatimClient = "google_maps.nominatim";

    /// <inheritdoc cref="NominatimClient"/>
    public const string OverpassClient = "google_maps.overpass";

    private readonly List<EngineTurns> _turns = [];

    public MapEngines(IHttpClientFactory clients, IOptions<GoogleMapsOptions> options, MapsLog log, TimeProvider time)
    {
        var set = options.Value;
        if (string.IsNullOrEmpty(set.NominatimAddress))
        {
            return;
        }

        var names = new NominatimEngine(Instance(NominatimClient, "address search", set.NominatimAddress, PublicInstances.NominatimInterval), options);
        var kinds = string.IsNullOrEmpty(set.OverpassAddress) ? null : new OverpassEngine(Instance(OverpassClient, "map service", set.OverpassAddress, TimeSpan.Zero), options);
        Search = new MapSearch(new RememberedPlaces(names, set.MaxCacheAge, time), kinds is null ? null : new RememberedPlaces(kinds, set.MaxCacheAge, time), set.Radius);

        MapInstance Instance(string client, string noun, string address, TimeSpan publicInterval)
        {
            var agent = string.IsNullOrEmpty(set.Contact) ? "OpenInteractions/1.0" : $"OpenInteractions/1.0 ({set.Contact})";
            var turns = new EngineTurns(set.Concurrency, PublicInstances.Has(address) ? publicInterval : TimeSpan.Zero, patience: 2 * set.Timeout, time);
            _turns.Add(turns);
            return new MapInstance(new EngineRequests(clients, time, new EngineTerms(client, noun, agent, set.Timeout)), turns, noun, log);
        }
    }

    /// <summary>Null when no instance is set.</summary>
    public MapSearch? Search { get; }

    public void Dispose() => _turns.ForEach(t => t.Dispose());
}
