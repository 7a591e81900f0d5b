using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Databases for tests.</summary>
internal static class PostgresDatabases
{
    /// <summary>A database that nobody has used.</summary>
    public static async Task<PostgresTestDatabase> NewDatabaseAsync(this PostgresCluster cluster, string template = "template0")
    {
        var name = cluster.NextName();
        await cluster.ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
        return new PostgresTestDatabase(cluster, name);
    }

    public static async Task ExecuteAsync(this PostgresCluster cluster, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString(database) + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database of a test's own.</summary>
internal sealed class PostgresTestDatabase(PostgresCluster cluster, string name) : IAsyncDisposable
{
    public string ConnectionString { get; } = cluster.ConnectionString(name);

    /// <summary>A node: a store over this database with connections of its own.</summary>
    public PostgresStorage Open(IReadOnlyList<Migration>? migrations = null, Action<PostgresOptions>? adjust = null, ILogger? logger = null)
    {
        var options = new PostgresOptions { ConnectionString = ConnectionString };
        adjust?.Invoke(options);
        return PostgresStorage.Open(options, logger ?? NullLogger.Instance, migrations);
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
