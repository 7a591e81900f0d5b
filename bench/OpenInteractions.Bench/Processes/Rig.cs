using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Processes;

/// <summary>The processes of a run: provider, floor and, where it is asked for, PostgreSQL for its whole time, servers as the rows ask for them.</summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>Long enough that a provider that holds its answer is not taken for a dead one while thousands of readers connect.</summary>
    private const string ProviderIdleTimeout = "00:30:00";

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly string Self = Path.Combine(AppContext.BaseDirectory, "oi-bench.dll");
    private static readonly Dictionary<string, string?> Quiet = new() { ["ASPNETCORE_URLS"] = null, ["ASPNETCORE_ENVIRONMENT"] = null };

    private readonly ServerUnderTest _server;
    private readonly Dictionary<ChildProcess, Store> _servers = [];
    private readonly ChildProcess _provider;
    private readonly ChildProcess _floor;
    private readonly List<Store> _stores = [];
    private int _directories;

    private Rig(ServerUnderTest server, string root, ChildProcess provider, ChildProcess floor) =>
        (_server, Root, _provider, _floor) = (server, root, provider, floor);

    /// <summary>Null when no row is measured on PostgreSQL.</summary>
    public DatabaseServer? Database { get; private set; }

    /// <summary>Directory of this run: data of the servers and what the processes printed.</summary>
    public string Root { get; }

    public Target Provider => new("provider", _provider.Address, Wire.Chat, _provider.Pid);

    public Target Floor => new("floor", _floor.Address, Wire.Chat, _floor.Pid);

    public static async Task<Rig> StartAsync(ServerUnderTest server, string root, int chunkTokens, bool withDatabase, CancellationToken cancellationToken)
    {
        var provider = ChildProcess.Start(
            "provider", Self, url => ["provider", "--urls", url, "--chunk-tokens", chunkTokens.ToString(CultureInfo.InvariantCulture)], Quiet, Path.Combine(root, "provider.log"));
        var floor = ChildProcess.Start(
            "floor", Self, url => ["floor", "--urls", url, "--provider", $"http://{provider.Address}"], Quiet, Path.Combine(root, "floor.log"));
        var rig = new Rig(server, root, provider, floor);
        try
        {
            await provider.WaitReadyAsync(ReadyLimit, cancellationToken);
            await floor.WaitReadyAsync(ReadyLimit, cancellationToken);
            rig.Database = withDatabase ? await DatabaseServer.StartAsync(root) : null;
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>An empty store, which goes when the row ends.</summary>
    public async Task<Store> NewStoreAsync(StoreEngine engine, CancellationToken cancellationToken)
    {
        var store = await NewLastingStoreAsync(engine, null, cancellationToken);
        _stores.Add(store);
        return store;
    }

    /// <summary>A store that stays for other rows.</summary>
    /// <param name="directory">A data directory that may hold something already; null for a new one.</param>
    public async Task<Store> NewLastingStoreAsync(StoreEngine engine, string? directory, CancellationToken cancellationToken)
    {
        directory ??= Path.Combine(Root, $"data-{++_directories}");
        return engine == StoreEngine.Sqlite
            ? new Store(directory, null, null)
            : new Store(directory, Database, await Database!.NewDatabaseAsync(cancellationToken));
    }

    public Target Of(ChildProcess server) => new("server", server.Address, Wire.Interactions, server.Pid, _servers[server].Database);

    /// <summary>Starts a server and waits until it is ready; the time from its start to the first 200 comes with it.</summary>
    /// <param name="node">Which of several servers that share the store it is.</param>
    /// <param name="settings">Environment variables beside those of every server.</param>
    public async Task<(ChildProcess Server, TimeSpan Ready)> StartServerAsync(
        Store store, CancellationToken cancellationToken, int node = 0, params IEnumerable<(string Name, string? Value)> settings)
    {
        // The one model provider of the server under test is the fake one, whatever the caller's environment holds.
        var environment = new Dictionary<string, string?>(Quiet)
        {
            ["OPENAI_API_KEY"] = "bench",
            ["OPENAI_BASE_URL"] = $"http://{_provider.Address}/v1",
            ["OpenInteractions__Providers__IdleTimeout"] = ProviderIdleTimeout,
            ["OpenInteractions__Runs__MaxConcurrent"] = "100000", // waiting runs wait at the provider, not in the queue
            ["GEMINI_API_KEY"] = null,
            ["GOOGLE_API_KEY"] = null,
            ["ANTHROPIC_API_KEY"] = null,
            ["OLLAMA_HOST"] = null,
        };
        foreach (var (name, value) in settings.Append(store.Settings).Concat(_server.Environment.Select(pair => (pair.Key, (string?)pair.Value))))
        {
            environment[name] = value;
        }

        var server = ChildProcess.Start(
            "server", _server.Program, url => ["--urls", url, "--data-dir", store.DirectoryOf(node)], environment, Path.Combine(Root, "server.log"));
        _servers.Add(server, store);
        return (server, await server.WaitReadyAsync(ReadyLimit, cancellationToken));
    }

    /// <summary>Stops the servers that a row left, and drops its databases: what the database does about them later would disturb the next row.</summary>
    public async Task EndRowAsync()
    {
        await StopServersAsync();
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        _stores.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServersAsync();
        await _floor.DisposeAsync();
        await _provider.DisposeAsync();
        if (Database is { } database)
        {
            await database.DisposeAsync();
        }
    }

    private async Task StopServersAsync()
    {
        await Task.WhenAll(_servers.Keys.Select(server => server.DisposeAsync().AsTask()));
        _servers.Clear();
    }
}
