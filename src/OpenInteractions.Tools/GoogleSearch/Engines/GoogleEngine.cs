using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch.Engines;

/// <summary>Google Programmable Search, through the Custom Search JSON API.</summary>
internal sealed class GoogleEngine(EngineRequests requests, IOptions<GoogleSearchOptions> options) : ISearchEngine
{
    private const string Own = "https://customsearch.googleapis.com";

    private readonly GoogleSearchOptions _options = options.Value;

    public string Name => "Google";

    public IReadOnlyList<string> Types { get; } = [SearchTypes.Web, SearchTypes.Image];

    public string? PageOf(string query) => $"https://www.google.com/search?q={Uri.EscapeDataString(query)}";

    public async Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        var isImage = type == SearchTypes.Image;
        var address = EngineAddress.Of(
            _options.Address, Own, "/customsearch/v1", ("cx", _options.EngineId), ("q", query), ("num", _options.Results.ToString(CultureInfo.InvariantCulture)),
            ("lr", Language()), ("safe", _options.SafeSearch is { } safe ? safe == SafeSearch.Off ? "off" : "active" : null), ("searchType", isImage ? "image" : null));
        var answer = await requests.AskAsync(() => Request(address), JsonValueKind.Object, cancellationToken);
        var corrected = answer.Member("spelling").Text("correctedQuery");
        return SearchFindings.Of(answer.List("items").Select(i => isImage ? Image(i) : FoundPage.Of(i.Text("link"), i.Text("title"), i.Text("snippet"))), corrected is null ? [] : [corrected]);
    }

    private static FoundPage? Image(JsonElement item) =>
        FoundPage.Of(item.Member("image").Text("contextLink") ?? item.Text("link"), item.Text("title"), item.Text("snippet"), item.Text("link"));

    // In the address, as samples have it, the key would be in the logs of every machine on the way.
    private HttpRequestMessage Request(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("X-Goog-Api-Key", _options.Key);
        return request;
    }

    private string? Language() => _options.Language?.ToLowerInvariant() switch
    {
        null or "" => null,
        "zh-cn" or "zh-hans" or "zh" => "lang_zh-CN",
        "zh-tw" or "zh-hant" => "lang_zh-TW",
        var tag => "lang_" + tag.Split('-')[0],
    };
}
