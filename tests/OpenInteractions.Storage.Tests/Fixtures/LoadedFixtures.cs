using System.Text.Json.Nodes;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>A server on each fixture that is asked for, loaded once: what one test does there takes nothing from the others.</summary>
public sealed class LoadedFixtures : IAsyncLifetime
{
    private readonly Dictionary<(string Version, string Engine), FixtureServer> _servers = [];

    public async Task<InteractionsClient> ServerOfAsync(string version, string engine)
    {
        if (!_servers.TryGetValue((version, engine), out var server))
        {
            server = _servers[(version, engine)] = await FixtureServer.StartAsync(engine);
            await server.LoadAsync(await RowsAsync(version, engine), (string)(await ReadAsync(version, engine))["signature_key"]!);
        }

        return server.Process.Client;
    }

    /// <summary>The rows that the version's server left.</summary>
    public static Task<string> RowsAsync(string version, string engine) => File.ReadAllTextAsync(FileOf(version, engine + ".sql"));

    /// <summary>What that server had said.</summary>
    public static async Task<JsonObject> ReadAsync(string version, string engine) => JsonNode.Parse(await File.ReadAllTextAsync(FileOf(version, engine + ".json")))!.AsObject();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    private static string FileOf(string version, string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", version, name);
}
