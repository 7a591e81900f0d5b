using System.Text;

namespace OpenInteractions.Testing.Client;

/// <summary>Speaks to a server over HTTP as a client does. Requests are JSON texts, so that a test shows what goes over the wire.</summary>
public sealed class InteractionsClient(Uri address, string version = "v1", string? key = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 1024 }) { BaseAddress = address, Timeout = Patience };

    public Uri Address => address;

    /// <summary>The key that it calls with, or null.</summary>
    public string? Key => key;

    /// <summary>Another caller of the same server.</summary>
    public InteractionsClient WithKey(string? other) => new(address, version, other);

    /// <summary>A caller of the same server who uses another version segment.</summary>
    public InteractionsClient WithVersion(string other) => new(address, other, key);

    public Task<Answer> CreateAsync(string json) => PostAsync("interactions", json);

    /// <summary>Creates with <c>"stream": true</c> in the body and reads the events as they come.</summary>
    public Task<EventReader> CreateStreamedAsync(string json) => OpenAsync(Request(HttpMethod.Post, "interactions", Json(json)));

    public Task<Answer> GetAsync(string id, string query = "") => SendAsync(HttpMethod.Get, $"interactions/{id}{query}");

    /// <summary>Follows the events behind <paramref name="lastEventId"/>, or all.</summary>
    public Task<EventReader> FollowAsync(string id, string? lastEventId = null) =>
        OpenAsync(Request(HttpMethod.Get, $"interactions/{id}?stream=true{(lastEventId is null ? "" : $"&last_event_id={lastEventId}")}", null));

    public Task<Answer> CancelAsync(string id) => PostAsync($"interactions/{id}/cancel", "");

    public Task<Answer> DeleteAsync(string id) => SendAsync(HttpMethod.Delete, $"interactions/{id}");

    public Task<Answer> ListAsync(string query = "") => SendAsync(HttpMethod.Get, $"interactions{query}");

    public Task<Answer> TreeAsync(string id, string query = "") => SendAsync(HttpMethod.Get, $"interactions/{id}/tree{query}");

    public Task<Answer> ModelsAsync(string query = "") => SendAsync(HttpMethod.Get, $"models{query}");

    public Task<Answer> ModelAsync(string id) => SendAsync(HttpMethod.Get, $"models/{id}");

    public Task<Answer> PostAsync(string path, string json) => SendAsync(Request(HttpMethod.Post, path, Json(json)));

    public Task<Answer> SendAsync(HttpMethod method, string path) => SendAsync(Request(method, path, null));

    public async Task<Answer> SendAsync(HttpRequestMessage request) => await Answer.ReadAsync(await _http.SendAsync(request));

    /// <summary>The raw response, its body unread.</summary>
    public Task<HttpResponseMessage> OpenRawAsync(HttpRequestMessage request, CancellationToken cancellationToken = default) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public async Task<EventReader> OpenAsync(HttpRequestMessage request) => await EventReader.OpenAsync(await OpenRawAsync(request));

    /// <summary>A request of this caller; a path that begins with a slash stands as it is, others stand behind the version segment.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/{version}/{path}") { Content = content };
        if (key is not null)
        {
            request.Headers.Add("x-goog-api-key", key);
        }

        return request;
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>Polls until the interaction has ended; the server is what the test waits for, and its state has no other sign.</summary>
    public async Task<Answer> EndOfAsync(string id)
    {
        // A stream ends when its run does, so following it waits without looking at a clock.
        await using (var events = await FollowAsync(id))
        {
            await events.ToEndAsync();
        }

        return (await GetAsync(id)).Ok();
    }

    public void Dispose() => _http.Dispose();
}
