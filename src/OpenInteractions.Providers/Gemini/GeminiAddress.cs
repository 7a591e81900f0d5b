namespace OpenInteractions.Providers.Gemini;

/// <summary>Requests to the upstream's routes.</summary>
internal static class GeminiAddress
{
    public static HttpRequestMessage Request(GeminiOptions options, HttpMethod method, string route, byte[]? body = null)
    {
        var request = new HttpRequestMessage(method, $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.ApiVersion}/{route}");
        request.Headers.Add("x-goog-api-key", options.ApiKey);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        return request;
    }
}
