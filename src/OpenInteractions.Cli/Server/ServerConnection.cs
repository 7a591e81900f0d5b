using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace OpenInteractions.Cli.Server;

/// <summary>The public API of one server.</summary>
internal sealed class ServerConnection : IDisposable
{
    // One for the life of a command. A run may take long and a stream longer: the person ends it.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };

    public ServerConnection(string url, string? key)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ServerException($"'{url}' is not an http address.");
        }

        _http.BaseAddress = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/v1/");
        if (!string.IsNullOrEmpty(key))
        {
            _http.DefaultRequestHeaders.Add("x-goog-api-key", key);
        }
    }

    /// <summary>The answer to a request without a body, as JSON text.</summary>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await OkAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await SendAsync(HttpMethod.Get, path, cancellationToken), type)!;

    /// <summary>The answer to a request with a body that is a file's, as JSON text.</summary>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = Json(System.Text.Encoding.UTF8.GetBytes(body.ToJsonString(WireJson.Wire.Options)));
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await OkAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Posts a body. The answer's body is left to be read as it comes.</summary>
    public async Task<HttpResponseMessage> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var content = Json(JsonSerializer.SerializeToUtf8Bytes(body, type));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await OkAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<HttpResponseMessage> OkAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var answer = await _http.SendAsync(request, completion, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw new ServerException(Refusal((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken)), answer.StatusCode);
        }
    }

    /// <summary>Interactions have a string code, models a number and a status beside it: whichever name there is, and the sentence.</summary>
    private static string Refusal(int status, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var error = json.RootElement.GetProperty("error");
            var name = error.TryGetProperty("status", out var google) ? google.GetString() : error.GetProperty("code").GetString();
            return $"{name}: {error.GetProperty("message").GetString()}";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"The server answered {status}.";
        }
    }
}
