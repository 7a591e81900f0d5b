using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Server;
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

    public static async Task<TestServer> StartAsync(TimeProvider? time, params (string Name, string Value)[] settings)
    {
        var data = Directory.CreateTempSubdirectory("openinteractions-");
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
        });
        await app.StartAsync();
        return new TestServer(app, data, log);
    }

    /// <summary>Makes a key of a project. The server sees it within a second, or at once when it is the first look.</summary>
    public string CreateKey(string project) => Services.GetRequiredService<ApiKeyFile>().Create(project, TimeProvider.System.GetUtcNow()).Key;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
