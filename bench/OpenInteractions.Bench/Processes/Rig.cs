using System.Globalization;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Processes;

/// <summary>The processes of a run: provider and floor for its whole time, servers as the rows ask for them.</summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>Long enough that a provider that holds its answer is not taken for a dead one while thousands of readers connect.</summary>
    private const string ProviderIdleTimeout = "00:30:00";

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly string Self = Path.Combine(AppContext.BaseDirectory, "oi-bench.dll");
    private static readonly Dictionary<string, string?> Quiet = new() { ["ASPNETCORE_URLS"] = null, ["ASPNETCORE_ENVIRONMENT"] = null };

    private readonly ServerUnderTest _server;
    private readonly List<ChildProcess> _servers = [];
    private readonly ChildProcess _provider;
    private readonly ChildProcess _floor;
    private int _directories;

    private Rig(ServerUnderTest server, string root, ChildProcess provider, ChildProcess floor) =>
        (_server, Root, _provider, _floor) = (server, root, provider, floor);

    /// <summary>Directory of this run: data of the servers and what the processes printed.</summary>
    public string Root { get; }

    public Target Provider => new("provider", _provider.Address, Wire.Chat, _provider.Pid);

    public Target Floor => new("floor", _floor.Address, Wire.Chat, _floor.Pid);

    public static async Task<Rig> StartAsync(ServerUnderTest server, string root, int chunkTokens, CancellationToken cancellationToken)
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
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public string NewDataDirectory() => Path.Combine(Root, $"data-{++_directories}");

    public static Target Of(ChildProcess server) => new("server", server.Address, Wire.Interactions, server.Pid);

    /// <summary>Starts a server and waits until it is ready; the time from its start to the first 200 comes with it.</summary>
    public async Task<(ChildProcess Server, TimeSpan Ready)> StartServerAsync(string dataDirectory, CancellationToken cancellationToken)
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
        foreach (var (name, value) in _server.Environment)
        {
            environment[name] = value;
        }

        var server = ChildProcess.Start(
            "server", _server.Program, url => ["--urls", url, "--data-dir", dataDirectory], environment, Path.Combine(Root, "server.log"));
        _servers.Add(server);
        return (server, await server.WaitReadyAsync(ReadyLimit, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _servers.Append(_floor).Append(_provider))
        {
            await process.DisposeAsync();
        }
    }
}
