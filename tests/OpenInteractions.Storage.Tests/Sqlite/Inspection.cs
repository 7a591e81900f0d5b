using Microsoft.Data.Sqlite;

namespace OpenInteractions.Storage.Tests.Sqlite;

/// <summary>Looks into a database that no store has open.</summary>
internal static class Inspection
{
    public static string IntegrityCheck(string directory) => (string)Query(directory, "PRAGMA integrity_check")!;

    public static object? Query(string directory, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath(directory)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static string DatabasePath(string directory) => Path.Combine(directory, "interactions.db");
}
