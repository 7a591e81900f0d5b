using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>A server with sandboxes and two projects.</summary>
public sealed class EnvironmentServer : IAsyncLifetime
{
    private TestServer? _server;

    /// <summary>Whose environments the tests make.</summary>
    public InteractionsClient Owner { get; private set; } = null!;

    /// <summary>Of another project.</summary>
    public InteractionsClient Stranger { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartWithKeysAsync([("first", "key-of-the-first-project"), ("second", "key-of-the-second-project")]);
        (Owner, Stranger) = (_server.Client.WithKey("key-of-the-first-project"), _server.Client.WithKey("key-of-the-second-project"));
    }

    public async Task DisposeAsync()
    {
        Owner.Dispose();
        Stranger.Dispose();
        await _server!.DisposeAsync();
    }

    public async Task<string> NewAsync(string body = "{}") => (await Owner.PostAsync("environments", body)).Ok().Id;

    public Task<Answer> GetAsync(string path) => Owner.SendAsync(HttpMethod.Get, path);

    public async Task<IReadOnlyList<string>> ListAsync() =>
        [.. (await GetAsync("environments?page_size=1000")).Ok().Json.GetProperty("environments").EnumerateArray().Select(e => e.GetProperty("id").GetString()!)];

    /// <summary>Writes a file, or sends what an upload says.</summary>
    public static async Task<Answer> PutAsync(InteractionsClient client, string environment, string path, string content, params (string Name, string Value)[] headers)
    {
        var request = client.Request(HttpMethod.Put, $"/upload/v1/environments/{environment}/files/{path}", new StringContent(content));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }
}
