using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Requests to the upstream's routes.</summary>
internal static class GeminiAddress
{
    public static HttpRequestMessage Request(GeminiOptions options, HttpMethod method, string route, JsonScratch? body = null)
    {
        var request = new HttpRequestMessage(method, $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.ApiVersion}/{route}");
        request.Headers.Add("x-goog-api-key", options.ApiKey);
        if (body is not null)
        {
            request.Content = new ScratchContent(body);
        }

        return request;
    }
}
