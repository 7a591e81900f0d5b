using Microsoft.Extensions.Options;
using OpenInteractions.Tools.GoogleSearch.Engines;
using OpenInteractions.Tools.GoogleSearch.Local;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>The engine that is set, or none.</summary>
internal sealed class SearchEngines(EngineRequests requests, LocalIndex index, IOptions<GoogleSearchOptions> options)
{
    public ISearchEngine? Chosen { get; } = options.Value.Engine switch
    {
        SearchEngineName.Searxng => new SearxngEngine(requests, options),
        SearchEngineName.Brave => new BraveEngine(requests, options),
        SearchEngineName.Tavily => new TavilyEngine(requests, options),
        SearchEngineName.Google => new GoogleEngine(requests, options),
        SearchEngineName.Local => new LocalEngine(index, options),
        _ => null,
    };
}
