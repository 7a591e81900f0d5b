using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>Answers one query: by name, or by a kind of place around a point, which may have to be found by its name first.</summary>
/// <param name="names">Finds by name.</param>
/// <param name="kinds">Finds by kind; null: names are asked for kinds, too.</param>
/// <param name="radius">How far is looked when a query does not say, in metres.</param>
internal sealed class MapSearch(IPlaceEngine names, IPlaceEngine? kinds, int radius)
{
    /// <summary>For the model, and the log.</summary>
    public const string EngineName = "OpenStreetMap";

    /// <exception cref="EngineFailedException">There is no answer; the message is for the model.</exception>
    public async Task<MapFindings> FindAsync(string text, MapPoint? user, CancellationToken cancellationToken)
    {
        if (MapPoint.Read(text) is { } point)
        {
            return new MapFindings(await names.FindAsync(new PlaceQuestion.At(point), cancellationToken), null, null);
        }

        var query = PlaceQuery.Read(text);
        if (query.IsHere && user is null)
        {
            throw new EngineFailedException("Nobody knows where the user is: the request has no 'latitude' and 'longitude'. Name a place, as in 'cafe near Kyoto Station', or ask the user.");
        }

        var kind = PlaceKind.Of(query.What);
        if (kind is null || kinds is null || (query.Where is null && user is null))
        {
            var question = query.IsHere ? new PlaceQuestion.Named(query.What, user, query.Metres ?? PlaceQuery.MostMetres) : new PlaceQuestion.Named(query.Text, user, null);
            return new MapFindings(await names.FindAsync(question, cancellationToken), user, user is null ? null : "the user");
        }

        var (centre, name, metres) = await CentreAsync(query, user, cancellationToken);
        return new MapFindings(await kinds.FindAsync(new PlaceQuestion.Around(kind, centre, metres), cancellationToken), centre, name) { Metres = metres };
    }

    private async Task<(MapPoint Centre, string Name, int Metres)> CentreAsync(PlaceQuery query, MapPoint? user, CancellationToken cancellationToken)
    {
        if (query.Where is not { } where || query.IsHere)
        {
            return (user!.Value, "the user", query.Metres ?? radius);
        }

        if (MapPoint.Read(where) is { } point)
        {
            return (point, point.ToString(), query.Metres ?? radius);
        }

        var found = await names.FindAsync(new PlaceQuestion.Named(where, user, null), cancellationToken);
        if (found.Count == 0)
        {
            throw new EngineFailedException($"No place was found for '{FoundPlace.Line(where)}', so nothing could be looked for around it.");
        }

        var place = found[0];
        return (place.Point, place.Address ?? place.Name, query.Metres ?? (query.IsInside ? (int)Math.Clamp(place.Extent, radius, PlaceQuery.MostMetres) : radius));
    }
}

/// <summary>What one query gave.</summary>
/// <param name="Places">Best first.</param>
/// <param name="Centre">From where distances are told; null: they are not.</param>
/// <param name="CentreName">What is there.</param>
internal sealed record MapFindings(IReadOnlyList<FoundPlace> Places, MapPoint? Centre, string? CentreName)
{
    /// <summary>How far was looked; null: anywhere.</summary>
    public int? Metres { get; init; }
}
