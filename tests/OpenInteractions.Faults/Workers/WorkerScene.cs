using System.Text;
using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Workers;

/// <summary>A server that runs no sandboxes itself, with short leases, and workers of its project.</summary>
internal sealed class WorkerScene : IAsyncDisposable
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("OpenInteractions__Sandboxes__Engine", "none"), ("OpenInteractions__Environments__DiskBytes", "67108864"), ("OpenInteractions__Environments__MemoryBytes", "268435456"),
        ("OpenInteractions__Workers__LeaseTime", "00:00:06"), ("OpenInteractions__Environments__LostAfter", "00:00:10"),
    ];

    private WorkerScene(ServerProcess server) => Server = server;

    public ServerProcess Server { get; }

    public InteractionsClient Client => Server.Client;

    public static async Task<WorkerScene> StartAsync(params (string Name, string Value)[] settings) =>
        new(await ServerProcess.StartAsync([.. Settings.Where(s => !settings.Any(o => o.Name == s.Name)), .. settings]));

    /// <summary>Makes a worker.</summary>
    /// <returns>Its id and its key.</returns>
    public async Task<(string Id, string Key)> MakeAsync(string name)
    {
        var made = (await Client.PostAsync("workers", $$"""{"name":"{{name}}"}""")).Ok();
        return (made.Id, made.Json.GetProperty("key").GetString()!);
    }

    public async Task<string> CreateAsync(string body = "{}")
    {
        var answer = await Client.PostAsync("environments", body);
        return answer.Status == 200 ? answer.Id : throw new InvalidOperationException($"No environment was made: {answer}. The server wrote:\n{Server.Log}");
    }

    /// <summary>A turn of an agent that runs a line of shell in an environment.</summary>
    public async Task<Answer> TurnAsync(string environment, string line) => await Client.PostAsync(
        "interactions", JsonSerializer.Serialize(new { agent = "antigravity-preview-09-2026", environment, input = $"```bash\n{line}\n```\n" }));

    public Task<Answer> UploadAsync(string environment, string path, string content) =>
        Client.SendAsync(Client.Request(HttpMethod.Put, $"/upload/v1/environments/{environment}/files/{path}", new ByteArrayContent(Encoding.UTF8.GetBytes(content))));

    public Task<Answer> ReadAsync(string environment, string path) => Client.SendAsync(HttpMethod.Get, $"environments/{environment}/files/{path}?alt=media");

    /// <summary>Completes when an environment stands so with its worker; the server is what the test waits for, and nothing else tells.</summary>
    public async Task<JsonElement> StandsAsync(string environment, string state)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var last = "";
        for (var end = Environment.TickCount64 + 60_000; Environment.TickCount64 < end; await timer.WaitForNextTickAsync())
        {
            var answer = (await Client.SendAsync(HttpMethod.Get, $"environments/{environment}")).Ok();
            last = answer.Text;
            if (answer.Json.GetProperty("worker").GetProperty("state").GetString() == state)
            {
                return answer.Json;
            }
        }

        throw new TimeoutException($"The worker of '{environment}' was never {state}: {last}");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
