using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>The function by which a model finds places. The wire shows its queries alone, so all that it is asked stands in them.</summary>
internal sealed class GoogleMapsFunction(MapSearch search, MapPoint? user, ToolScope scope, SealedReadings readings) : IToolFunction
{
    /// <summary>Most queries of one call.</summary>
    public const int MostQueries = 5;

    private const int LongestQuery = 300;

    public FunctionTool Declaration { get; } = new()
    {
        Name = GoogleMapsTool.TypeName,
        Description = $"Finds places and addresses on the map, with positions, distances and what is known of them. Up to {MostQueries} queries at once. A query is the name of a place, an address, "
            + "a position such as '35.01,135.77', or a kind of place and where: 'cafe near Kyoto Station', 'pharmacy within 800 m of Rathausplatz 1, Wien', 'museum in Basel', 'amenity=drinking_water near 35.01,135.77'. "
            + "Write the kind in English, in the singular, and nothing else beside it."
            + (user is null ? "" : " 'near me' is where the user is."),
        Parameters = JsonElement.Parse("""{"type":"object","properties":{"queries":{"type":"array","items":{"type":"string"},"description":"What to look up, each by itself."}},"required":["queries"]}"""),
    };

    public bool IsRepeatable => true;

    public CallLimits? Limits => null;

    public Step CallStep(string id, JsonElement arguments) => new GoogleMapsCallStep { Id = id, Arguments = new SearchArguments { Queries = Queries(arguments) } };

    public Step Failed(Step call, string message) => new GoogleMapsResultStep
    {
        CallId = ((GoogleMapsCallStep)call).Id,
        Result = [], // the wire has no other sign of a failure here
        Signature = readings.Seal(scope.Project, ToolReading.Of(message)),
    };

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var (id, queries) = (((GoogleMapsCallStep)call).Id, ((GoogleMapsCallStep)call).Arguments?.Queries ?? []);
        if (queries.Count == 0)
        {
            return Failed(call, "Nothing was looked up: give at least one query in 'queries', a list of texts.");
        }

        var answers = await Task.WhenAll(queries.Take(MostQueries).Select(q => FindAsync(q, cancellationToken)));
        if (answers.All(a => a.Findings is null))
        {
            return Failed(call, string.Join('\n', answers.Select(a => a.Fault).Distinct()));
        }

        return new GoogleMapsResultStep
        {
            CallId = id,
            Result = [.. answers.Select(a => new GoogleMapsResult { Places = [.. (a.Findings?.Places ?? []).Select(p => new MapsPlace { Name = p.Name, PlaceId = p.Id, Url = p.Url })] })],
            Signature = readings.Seal(scope.Project, MapsReading.Of(id, answers, queries.Count)),
        };
    }

    private async Task<MapAnswer> FindAsync(string query, CancellationToken cancellationToken)
    {
        try
        {
            return new MapAnswer(query, await search.FindAsync(query, user, cancellationToken), null);
        }
        catch (EngineFailedException exception)
        {
            return new MapAnswer(query, null, exception.Message);
        }
    }

    /// <summary>The queries, however the model put them: as the list that was asked for, or as one text.</summary>
    private static IReadOnlyList<string> Queries(JsonElement arguments)
    {
        if (!arguments.TryGetProperty("queries"u8, out var given) && !arguments.TryGetProperty("query"u8, out given))
        {
            return [];
        }

        IEnumerable<JsonElement> texts = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray() : [given];
        return [.. texts.Where(t => t.ValueKind == JsonValueKind.String).Select(t => Shorten(t.GetString()!.Trim())).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static string Shorten(string query) => query.Length <= LongestQuery ? query : query[..(char.IsHighSurrogate(query[LongestQuery - 1]) ? LongestQuery - 1 : LongestQuery)];
}
