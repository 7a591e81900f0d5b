using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>
/// The one PostgreSQL server of this test run. It belongs to a script that ends it when this process is gone: the kernel closes the script's input,
/// however the process ends.
/// </summary>
internal sealed class PostgresCluster
{
    private static readonly Lazy<Task<PostgresCluster>> Shared = new(StartAsync);

    private readonly Process _process;
    private readonly string _folder;
    private int _databases;

    private PostgresCluster(Process process, string folder) => (_process, _folder) = (process, folder);

    public static Task<PostgresCluster> GetAsync() => Shared.Value;

    public string ConnectionString(string database) => $"Host={_folder};Database={database};Username=oi";

    /// <summary>A database that nobody has used.</summary>
    public async Task<PostgresTestDatabase> NewDatabaseAsync(string template = "template0")
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
        return new PostgresTestDatabase(this, name);
    }

    /// <summary>Has the server do <c>restart</c> (as after a crash), <c>stop</c> or <c>start</c>, one at a time, and waits until it is done.</summary>
    public async Task OrderAsync(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        Assert.Equal($"done {order}", await _process.StandardOutput.ReadLineAsync().OrTimeout($"the server's {order}"));
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database) + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Postgres", "cluster.sh") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // Not left to the kernel, so that the server ends with the run and not after it where the test host allows the time.
            process.StandardInput.Close();
            process.WaitForExit(TimeSpan.FromSeconds(30));
        };

        var line = await process.StandardOutput.ReadLineAsync().OrTimeout("PostgreSQL's readiness");
        const string ready = "ready ";
        return line is not null && line.StartsWith(ready, StringComparison.Ordinal)
            ? new PostgresCluster(process, line[ready.Length..])
            : throw new InvalidOperationException($"PostgreSQL did not start: {line}\n{await process.StandardOutput.ReadToEndAsync()}");
    }
}

/// <summary>A database of a test's own.</summary>
internal sealed class PostgresTestDatabase(PostgresCluster cluster, string name) : IAsyncDisposable
{
    public string ConnectionString { get; } = cluster.ConnectionString(name);

    /// <summary>A node: a store over this database with connections of its own.</summary>
    public PostgresStorage Open(IReadOnlyList<Migration>? migrations = null, Action<PostgresOptions>? adjust = null)
    {
        var options = new PostgresOptions { ConnectionString = ConnectionString };
        adjust?.Invoke(options);
        return PostgresStorage.Open(options, NullLogger.Instance, migrations);
    }

    public Task ExecuteAsync(string sql) => cluster.ExecuteAsync(name, sql);

    public async Task<object?> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync() => await cluster.ExecuteAsync("postgres", $"DROP DATABASE {name} WITH (FORCE)");
}
