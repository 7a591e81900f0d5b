using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch.Engines;

/// <summary>Tavily.</summary>
internal sealed class TavilyEngine(EngineRequests requests, IOptions<GoogleSearchOptions> options) : ISearchEngine
{
    private const string Own = "https://api.tavily.com";

    private readonly GoogleSearchOptions _options = options.Value;

    public string Name => "Tavily";

    public IReadOnlyList<string> Types { get; } = [SearchTypes.Web, SearchTypes.Image];

    public string? PageOf(string query) => null;

    public async Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        var isImage = type == SearchTypes.Image;
        var body = JsonScratch.Object(json =>
        {
            json.WriteString("query", query);
            json.WriteNumber("max_results", _options.Results);
            json.WriteString("search_depth", "basic");
            if (isImage)
            {
                json.WriteBoolean("include_images", true);
                json.WriteBoolean("include_image_descriptions", true);
            }
        });
        var address = EngineAddress.Of(_options.Address, Own, "/search");
        var answer = await requests.AskAsync(() => Request(address, body), JsonValueKind.Object, cancellationToken);
        return isImage
            ? SearchFindings.Of(answer.List("images").Select(Image).OfType<FoundPage>().Take(_options.Results))
            : SearchFindings.Of(
                answer.List("results").Select(r => FoundPage.Of(r.Text("url"), r.Text("title"), r.Text("content"), published: r.Text("published_date"))).OfType<FoundPage>().Take(_options.Results),
                answer.Texts("follow_up_questions"));
    }

    /// <summary>An address, or an object with one. The page that shows the image is not told, so the image stands for it.</summary>
    private static FoundPage? Image(JsonElement image)
    {
        var (url, description) = image.ValueKind == JsonValueKind.String ? (image.GetString(), null) : (image.Text("url"), image.Text("description"));
        return FoundPage.Of(url, description, null, url);
    }

    private HttpRequestMessage Request(Uri address, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.Key);
        return request;
    }
}
