using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class StorageFeatureTests
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task The_store_opens_with_the_host_and_closes_with_it()
    {
        using var directory = new TemporaryDirectory();
        using (var host = NewHost(directory.Path))
        {
            await host.StartAsync(Cancel);
            Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(directory.Path));

            await host.Services.GetRequiredService<IRunQueue>().InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);
            Assert.NotNull(await host.Services.GetRequiredService<IInteractionStore>().GetAsync(Project, Id(1), Cancel));
            Assert.Empty(await host.Services.GetRequiredService<IEventJournal>().ReadAsync(Project, Id(1), default, 10, Cancel));
            await host.StopAsync(Cancel);
        }

        await using var next = SqliteFixture.Open(directory.Path);
        Assert.NotNull(await next.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Fact]
    public async Task A_directory_in_use_stops_the_start()
    {
        using var directory = new TemporaryDirectory();
        await using var first = SqliteFixture.Open(directory.Path);
        using var host = NewHost(directory.Path);

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => host.StartAsync(Cancel));

        Assert.Contains(directory.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_out_of_range_stop_the_start_and_are_all_named()
    {
        using var directory = new TemporaryDirectory();
        using var host = NewHost(directory.Path, ("Readers", "0"), ("WriteQueue", "-1"));

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Contains("Readers", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("WriteQueue", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_says_which_library_it_uses_and_warns_of_an_old_one()
    {
        using var directory = new TemporaryDirectory();
        var log = new RecordedLog();
        await SqliteStorage.Open(directory.Path, new SqliteOptions(), TimeProvider.System, log).DisposeAsync();

        var version = Version.Parse(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Information && entry.Text.Contains($"SQLite {version} ", StringComparison.Ordinal));
        Assert.Equal(
            version < new Version(3, 51, 3),
            log.Entries.Any(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("older than 3.51.3", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_configured_library_is_the_one_that_is_loaded()
    {
        using var directory = new TemporaryDirectory();
        await SqliteFixture.Open(directory.Path).DisposeAsync();
        var path = File.ReadLines("/proc/self/maps").First(line => line.Contains("libsqlite3.so", StringComparison.Ordinal)).Split(' ')[^1];

        using var child = ChildProcess.Start("hold", directory.Path, path);

        Assert.Equal(ChildProcess.Opened, await child.ReadLineAsync("open"));
    }

    [Fact]
    public async Task A_configured_library_that_is_none_is_named_with_its_setting()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "libnothing.so");
        File.WriteAllText(path, "nothing");

        using var child = ChildProcess.Start("hold", directory.Path, path);

        var refusal = await child.ReadLineAsync("refusal");
        Assert.Contains("OpenInteractions:Storage:Sqlite:LibraryPath", refusal, StringComparison.Ordinal);
        Assert.Contains(path, refusal, StringComparison.Ordinal);
    }

    private static IHost NewHost(string directory, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create("OpenInteractions:Storage:Sqlite:" + setting.Key, (string?)setting.Value)));
        builder.Services.AddStorage(directory);
        return builder.Build();
    }

    private sealed class RecordedLog : ILogger
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Entries { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue((logLevel, formatter(state, exception)));
    }
}
