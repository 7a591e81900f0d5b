using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;
using OpenInteractions.Tools.GoogleSearch.Engines;
using OpenInteractions.Tools.GoogleSearch.Local;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>The engine that is set, or none.</summary>
internal sealed class SearchEngines(IHttpClientFactory clients, LocalIndex index, IOptions<GoogleSearchOptions> options, TimeProvider time)
{
    public const string ClientName = "google_search";

    public ISearchEngine? Chosen { get; } = Choose(new EngineRequests(clients, time, new EngineTerms(ClientName, "search engine", "OpenInteractions", options.Value.Timeout)), index, options);

    private static ISearchEngine? Choose(EngineRequests requests, LocalIndex index, IOptions<GoogleSearchOptions> options) => options.Value.Engine switch
    {
        SearchEngineName.Searxng => new SearxngEngine(requests, options),
        SearchEngineName.Brave => new BraveEngine(requests, options),
        SearchEngineName.Tavily => new TavilyEngine(requests, options),
        SearchEngineName.Google => new GoogleEngine(requests, options),
        SearchEngineName.Local => new LocalEngine(index, options),
        _ => null,
    };
}
