using OpenInteractions.Engine.Citations;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>The function by which a model searches.</summary>
internal sealed class GoogleSearchFunction(ISearchEngine engine, IReadOnlyList<string> declaredTypes, ToolScope scope, SealedReadings readings, SearchLog log) : IToolFunction
{
    /// <summary>Most searches of one call.</summary>
    public const int MostQueries = 5;

    private const int LongestQuery = 400;

    private readonly IReadOnlyList<string> _types = declaredTypes.Count > 0 ? [.. declaredTypes.Distinct()] : [SearchTypes.Web];

    public FunctionTool Declaration { get; } = new()
    {
        Name = "google_search",
        Description = $"Finds pages about a subject and gives their titles, addresses and what they say about it. Up to {MostQueries} queries are searched at once; ask for different things with different queries. "
            + "Use it for what is new, what you are not sure of, and what needs a source.",
        Parameters = Schema([.. declaredTypes.Distinct()]),
    };

    public bool IsRepeatable => true;

    public CallLimits? Limits => null;

    public Step CallStep(string id, JsonElement arguments) => new GoogleSearchCallStep
    {
        Id = id,
        Arguments = new SearchArguments { Queries = Queries(arguments) },
        SearchType = TypeOf(arguments),
    };

    public Step Failed(Step call, string message) => new GoogleSearchResultStep
    {
        CallId = ((GoogleSearchCallStep)call).Id,
        Result = [],
        IsError = true,
        Signature = readings.Seal(scope.Project, ToolReading.Of(message)),
    };

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var search = (GoogleSearchCallStep)call;
        var queries = search.Arguments.Queries;
        if (queries.Count == 0)
        {
            return Failed(call, "Nothing was searched: give at least one query in 'queries', a list of texts.");
        }

        var type = search.SearchType ?? _types[0];
        if (!_types.Contains(type))
        {
            return Failed(call, $"Nothing was searched: the search type '{type}' is not allowed here. Allowed: {string.Join(", ", _types)}.");
        }

        var answers = await Task.WhenAll(queries.Take(MostQueries).Select(q => SearchAsync(q, type, cancellationToken)));
        if (answers.All(a => a.Findings is null))
        {
            return Failed(call, string.Join('\n', answers.Select(a => a.Fault).Distinct()));
        }

        return new GoogleSearchResultStep
        {
            CallId = search.Id,
            Result = [.. answers.Select(a => new GoogleSearchResult { SearchSuggestions = SearchSuggestions.Of(engine, a.Query, a.Findings?.Related ?? []) })],
            Signature = readings.Seal(scope.Project, SearchReading.Of(engine.Name, search.Id, answers, queries.Count)),
        };
    }

    private async Task<SearchAnswer> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        try
        {
            return new SearchAnswer(query, await engine.SearchAsync(query, type, cancellationToken), null);
        }
        catch (EngineFailedException exception)
        {
            log.Failed(engine.Name, exception.Message);
            return new SearchAnswer(query, null, exception.Message);
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

    // The wire has an enumeration here: what the model invents is left to the default.
    private string? TypeOf(JsonElement arguments) =>
        arguments.TryGetProperty("search_type"u8, out var type) && type.ValueKind == JsonValueKind.String && _types.FirstOrDefault(t => type.ValueEquals(t)) is { } known
            ? known
            : declaredTypes.Count > 0 ? _types[0] : null;

    private static JsonElement Schema(string[] types)
    {
        var choice = types.Length > 1 ? $$""","search_type":{"type":"string","enum":[{{string.Join(',', types.Select(t => $"\"{t}\""))}}]}""" : "";
        return JsonElement.Parse($$"""{"type":"object","properties":{"queries":{"type":"array","items":{"type":"string"},"description":"What to search for, each as one would type it into a search box."}{{choice}}},"required":["queries"]}""");
    }
}

/// <summary>What became of one query.</summary>
/// <param name="Query">The query.</param>
/// <param name="Findings">What was found; null when the search failed.</param>
/// <param name="Fault">Why it failed.</param>
internal sealed record SearchAnswer(string Query, SearchFindings? Findings, string? Fault);
