using Npgsql;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Copying;

/// <summary>
/// The mark of a store into which a copy is being made: a table that is there from before the first row until everything was compared. A server
/// that opened such a store would serve half of it.
/// </summary>
internal static class UnfinishedCopy
{
    public const string Table = "unfinished_copy";

    public const string CreateSql = $"CREATE TABLE {Table} (source TEXT NOT NULL)";

    public const string MarkSql = $"INSERT INTO {Table} (source) VALUES ($1)";

    public const string ReadSql = $"SELECT source FROM {Table}";

    public const string DropSql = $"DROP TABLE {Table}";

    public const string FindInSqliteSql = $"SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{Table}'";

    public const string FindInPostgresSql = $"SELECT to_regclass('{Table}') IS NOT NULL";

    /// <exception cref="StoreUnavailableException">The store holds part of another.</exception>
    public static void Refuse(SqliteSession session, string store)
    {
        if (session[FindInSqliteSql].QueryNumber() is not null)
        {
            throw Unfinished(store);
        }
    }

    /// <exception cref="StoreUnavailableException">The store holds part of another.</exception>
    public static void Refuse(NpgsqlConnection connection, string store)
    {
        using var command = new NpgsqlCommand(FindInPostgresSql, connection);
        if (command.ExecuteScalar() is true)
        {
            throw Unfinished(store);
        }
    }

    private static StoreUnavailableException Unfinished(string store) => new(
        $"The database {store} holds part of another: a copy into it has not finished. Run the same 'oi storage copy' again; it goes on where it stopped.");
}
