using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Server;
using OpenInteractions.Server.Features;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Hosting;

/// <summary>The whole server in this process, on a real socket and a data directory of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;

    private TestServer(WebApplication app, DirectoryInfo data, CapturedLog log)
    {
        (_app, _data, Log) = (app, data, log);
        Client = new InteractionsClient(new Uri(app.Urls.Single()));
    }

    /// <summary>A caller without a key.</summary>
    public InteractionsClient Client { get; }

    /// <summary>What the server wrote.</summary>
    public CapturedLog Log { get; }

    public Uri Address => Client.Address;

    public IServiceProvider Services => _app.Services;

    public string DataDirectory => _data.FullName;

    public static Task<TestServer> StartAsync(params (string Name, string Value)[] settings) => StartAsync(time: null, settings);

    public static Task<TestServer> StartAsync(TimeProvider? time, params (string Name, string Value)[] settings) =>
        StartAsync(NewDirectory(), time, adjust: null, settings);

    /// <summary>A server some of whose parts are the test's.</summary>
    public static Task<TestServer> StartWithAsync(Action<IServiceCollection> adjust, params (string Name, string Value)[] settings) =>
        StartAsync(NewDirectory(), time: null, adjust, settings);

    /// <summary>A server whose callers need a key; a key that a test has chosen is known by its hash, as every other.</summary>
    public static Task<TestServer> StartWithKeysAsync(params (string Project, string Key)[] keys) => StartWithKeysAsync(keys, []);

    public static Task<TestServer> StartWithKeysAsync((string Project, string Key)[] keys, (string Name, string Value)[] settings, Action<IServiceCollection>? adjust = null)
    {
        var data = NewDirectory();
        var entries = keys.Select(k => $$"""{"id":"key_{{k.Project}}","project":"{{k.Project}}","sha256":"{{ApiKeyFile.Hash(k.Key)}}","created":"2026-11-21T10:00:00Z"}""");
        File.WriteAllText(Path.Combine(data.FullName, "keys.json"), $"[{string.Join(',', entries)}]");
        return StartAsync(data, time: null, adjust, settings);
    }

    /// <summary>Runs a server that is expected to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunToEndAsync(params string[] args)
    {
        var data = NewDirectory();
        try
        {
            return await StartFeature.RunToEndAsync(() => ServerApplication.Build(["--data-dir", data.FullName, .. args], builder => builder.Logging.ClearProviders()));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static DirectoryInfo NewDirectory() => Directory.CreateTempSubdirectory("openinteractions-");

    private static async Task<TestServer> StartAsync(DirectoryInfo data, TimeProvider? time, Action<IServiceCollection>? adjust, params (string Name, string Value)[] settings)
    {
        var log = new CapturedLog();
        string[] args =
        [
            "--urls", "http://127.0.0.1:0", "--data-dir", data.FullName, "--OpenInteractions:Providers:Ollama", "false",
            .. settings.SelectMany(s => new[] { "--" + s.Name, s.Value }),
        ];
        var app = ServerApplication.Build(args, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            if (time is not null)
            {
                builder.Services.AddSingleton(time);
            }

            adjust?.Invoke(builder.Services);
        });
        await app.StartAsync();
        return new TestServer(app, data, log);
    }

    /// <summary>Makes a key of a project, which the server knows then.</summary>
    public async Task<string> CreateKeyAsync(string project)
    {
        var (entry, key) = ApiKeyFile.NewKey(project, TimeProvider.System.GetUtcNow());
        Assert.True(await Services.GetRequiredService<IApiKeyStore>().InsertAsync(entry, CancellationToken.None));
        await LookAsync();
        return key;
    }

    /// <summary>Ends the keys of a project, and the server knows it then.</summary>
    public async Task RevokeKeysAsync(string project)
    {
        var store = Services.GetRequiredService<IApiKeyStore>();
        foreach (var key in (await store.ListAsync(CancellationToken.None)).Where(k => k.Project == project))
        {
            Assert.True(await store.RevokeAsync(key.Id, TimeProvider.System.GetUtcNow(), CancellationToken.None));
        }

        await LookAsync();
    }

    /// <summary>Stops it; what it wrote is then complete.</summary>
    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _app.StopAsync(now.Token);
    }

    // What the server does by itself twice a second.
    private Task LookAsync() => Services.GetRequiredService<ApiKeyRing>().LookAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
