namespace OpenInteractions.Providers.Gemini;

/// <summary>Requests to the upstream's routes.</summary>
internal static class GeminiAddress
{
    public static HttpRequestMessage Request(GeminiOptions options, HttpMethod method, string route, ReadOnlyMemory<byte>? body = null)
    {
        var request = new HttpRequestMessage(method, $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.ApiVersion}/{route}");
        request.Headers.Add("x-goog-api-key", options.ApiKey);
        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = new("application/json");
        }

        return request;
    }
}
