using System.Text.Json.Nodes;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>A server on each fixture that is asked for, loaded once: what one test does there takes nothing from the others.</summary>
public sealed class LoadedFixtures : IAsyncLifetime
{
    // A fixture is loaded years later.
    private static readonly (string, string)[] NothingExpires =
    [
        ("OpenInteractions__Environments__KeepTime", "3650.00:00:00"), ("OpenInteractions__Environments__CheckpointKeepTime", "3650.00:00:00"),
    ];

    private readonly Dictionary<(string Version, string Engine), (FixtureServer Server, InteractionsClient Client)> _servers = [];

    /// <summary>Who has the fixture's key, where its version had keys.</summary>
    public async Task<InteractionsClient> ServerOfAsync(string version, string engine)
    {
        if (!_servers.TryGetValue((version, engine), out var loaded))
        {
            var said = await ReadAsync(version, engine);
            var server = await FixtureServer.StartAsync(engine, NothingExpires);
            loaded = _servers[(version, engine)] = (server, server.Process.Client.WithKey((string?)said["api_key"]));
            await server.LoadAsync(await RowsAsync(version, engine), (string)said["signature_key"]!);
        }

        return loaded.Client;
    }

    /// <summary>The rows that the version's server left.</summary>
    public static Task<string> RowsAsync(string version, string engine) => File.ReadAllTextAsync(FileOf(version, engine + ".sql"));

    /// <summary>What that server had said.</summary>
    public static async Task<JsonObject> ReadAsync(string version, string engine) => JsonNode.Parse(await File.ReadAllTextAsync(FileOf(version, engine + ".json")))!.AsObject();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var (server, client) in _servers.Values)
        {
            client.Dispose();
            await server.DisposeAsync();
        }
    }

    private static string FileOf(string version, string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", version, name);
}
