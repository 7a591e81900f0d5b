using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch.Engines;

/// <summary>A SearXNG instance. Its operator has to allow the format <c>json</c>, or it answers 403.</summary>
internal sealed class SearxngEngine(EngineRequests requests, IOptions<GoogleSearchOptions> options) : ISearchEngine
{
    private readonly GoogleSearchOptions _options = options.Value;

    public string Name => "SearXNG";

    public IReadOnlyList<string> Types { get; } = [SearchTypes.Web, SearchTypes.Image];

    // The instance's address may be a private one.
    public string? PageOf(string query) => null;

    public async Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        var isImage = type == SearchTypes.Image;
        var address = EngineAddress.Of(
            _options.Address, "", "/search", ("q", query), ("format", "json"), ("categories", isImage ? "images" : "general"), ("language", _options.Language),
            ("safesearch", _options.SafeSearch is { } safe ? ((int)safe).ToString(CultureInfo.InvariantCulture) : null));
        var answer = await requests.AskAsync(() => new HttpRequestMessage(HttpMethod.Get, address), JsonValueKind.Object, cancellationToken);
        var results = answer.List("results");
        if (results.Count == 0 && answer.List("unresponsive_engines").Count > 0)
        {
            throw new EngineFailedException("None of the engines behind the search engine answered.");
        }

        return SearchFindings.Of(
            results.Select(r => FoundPage.Of(r.Text("url"), r.Text("title"), r.Text("content"), isImage ? Whole(r.Text("img_src")) : null, r.Text("publishedDate"))).OfType<FoundPage>().Take(_options.Results),
            answer.Texts("suggestions"));
    }

    private static string? Whole(string? address) => address?.StartsWith("//", StringComparison.Ordinal) == true ? "https:" + address : address;
}
