using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch.Engines;

/// <summary>Brave Search.</summary>
internal sealed class BraveEngine(EngineRequests requests, IOptions<GoogleSearchOptions> options) : ISearchEngine
{
    private const string Own = "https://api.search.brave.com";

    private readonly GoogleSearchOptions _options = options.Value;

    public string Name => "Brave Search";

    public IReadOnlyList<string> Types { get; } = [SearchTypes.Web, SearchTypes.Image];

    public string? PageOf(string query) => $"https://search.brave.com/search?q={Uri.EscapeDataString(query)}";

    public async Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        var isImage = type == SearchTypes.Image;
        var count = _options.Results.ToString(CultureInfo.InvariantCulture);
        var address = isImage
            ? EngineAddress.Of(_options.Address, Own, "/res/v1/images/search", ("q", query), ("count", count), ("search_lang", Language()), ("safesearch", _options.SafeSearch is { } safe ? safe == SafeSearch.Off ? "off" : "strict" : null))
            : EngineAddress.Of(
                _options.Address, Own, "/res/v1/web/search", ("q", query), ("count", count), ("search_lang", Language()), ("safesearch", _options.SafeSearch?.ToString().ToLowerInvariant()),
                ("text_decorations", "false"), ("result_filter", "web"));
        var answer = await requests.AskAsync(() => Request(address), JsonValueKind.Object, cancellationToken);
        var results = isImage ? answer.List("results") : answer.Member("web").List("results");
        return SearchFindings.Of(results.Select(r => isImage ? Image(r) : Page(r)).OfType<FoundPage>().Take(_options.Results));
    }

    private static FoundPage? Page(JsonElement result) => FoundPage.Of(
        result.Text("url"),
        FoundPage.OfHtml(result.Text("title")),
        FoundPage.OfHtml(string.Join(' ', result.Texts("extra_snippets").Prepend(result.Text("description") ?? ""))),
        published: result.Text("page_age"));

    private static FoundPage? Image(JsonElement result) =>
        FoundPage.Of(result.Text("url"), FoundPage.OfHtml(result.Text("title")), result.Text("source"), result.Member("properties").Text("url") ?? result.Member("thumbnail").Text("src"));

    private HttpRequestMessage Request(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("X-Subscription-Token", _options.Key);
        return request;
    }

    /// <summary>It has names of its own for some languages, and knows no regions but these.</summary>
    private string? Language() => _options.Language?.ToLowerInvariant() switch
    {
        null or "" => null,
        "zh" or "zh-cn" or "zh-hans" or "zh-sg" => "zh-hans",
        "zh-tw" or "zh-hant" or "zh-hk" => "zh-hant",
        "pt-br" => "pt-br",
        "pt" or "pt-pt" => "pt-pt",
        "en-gb" => "en-gb",
        var tag when tag == "ja" || tag.StartsWith("ja-", StringComparison.Ordinal) => "jp",
        var tag => tag.Split('-')[0],
    };
}
