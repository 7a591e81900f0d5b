using OpenInteractions.Storage.Sqlite;
using OpenInteractions.Storage.Tests.Copying;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using OpenInteractions.Testing;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>The real server over one engine, whose rows can be taken out and put in while it is down.</summary>
internal sealed class FixtureServer : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    private readonly PostgresTestDatabase? _database;

    private FixtureServer(ServerProcess process, PostgresTestDatabase? database) => (Process, _database) = (process, database);

    public ServerProcess Process { get; }

    private string KeyFile => Path.Combine(Process.DataDirectory, "signature.key");

    public static Task<FixtureServer> StartAsync(string engine, params (string Name, string Value)[] settings) => StartAsync(engine, _ => Task.CompletedTask, settings);

    /// <summary>The same, on a data directory that was filled before.</summary>
    public static async Task<FixtureServer> StartAsync(string engine, Func<string, Task> fill, params (string Name, string Value)[] settings)
    {
        SqliteLibrary.Load(path: null); // looked into from here without a store
        var database = engine == Postgres ? await Places.NewDatabaseAsync() : null;
        (string, string)[] store = database is null ? [] : [("OpenInteractions__Storage__Postgres__ConnectionString", database.ConnectionString)];
        return new FixtureServer(await ServerProcess.StartAsync(fill, [.. settings, .. store]), database);
    }

    /// <summary>What a killed server left, and its key.</summary>
    public async Task<(string Rows, string Key)> TakeAsync() =>
        (_database is null ? Dump.OfDirectory(Process.DataDirectory) : await Dump.OfDatabaseAsync(_database), Convert.ToHexString(await SealingKeyAsync()));

    /// <summary>Opens the store of a server that is down.</summary>
    public IStorageEngine Open() => _database is null ? SqliteFixture.Open(Process.DataDirectory) : _database.Open();

    /// <summary>The key of a server that has been started once: it seals what is secret.</summary>
    public Task<byte[]> SealingKeyAsync() => File.ReadAllBytesAsync(KeyFile);

    /// <summary>Changes rows of a server that is down.</summary>
    public async Task ExecuteAsync(string sql)
    {
        if (_database is not null)
        {
            await _database.ExecuteAsync(sql);
            return;
        }

        ExecuteEmbedded(sql);
    }

    /// <summary>Stops the server, puts other rows in place of its own, and starts it on them.</summary>
    public async Task LoadAsync(string rows, string key)
    {
        await Process.StopAsync();
        await (_database is null ? Dump.LoadAsync(Process.DataDirectory, rows) : Dump.LoadAsync(_database, rows));
        await File.WriteAllBytesAsync(KeyFile, Convert.FromHexString(key));
        await Process.StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private void ExecuteEmbedded(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Inspection.DatabasePath(Process.DataDirectory)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
