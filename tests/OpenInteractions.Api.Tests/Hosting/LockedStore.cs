using Microsoft.Data.Sqlite;

namespace OpenInteractions.Api.Tests.Hosting;

/// <summary>Another program writes the server's database for as long as this lives: what the server wants to write waits, and fails after five seconds.</summary>
internal sealed class LockedStore : IDisposable
{
    private readonly SqliteConnection _connection;

    private LockedStore(SqliteConnection connection) => _connection = connection;

    public static LockedStore Begin(TestServer server)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, "interactions.db")};Pooling=False");
        connection.Open();
        Run(connection, "BEGIN IMMEDIATE");
        return new LockedStore(connection);
    }

    public void Dispose()
    {
        Run(_connection, "ROLLBACK");
        _connection.Dispose();
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Two constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
