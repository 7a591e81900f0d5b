using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>One connection with its prepared statements, used by one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    // SQL texts are constants: the reference tells them apart without hashing a thousand characters at each call.
    private readonly Dictionary<string, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);

    public bool IsInTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>The statement of a constant text.</summary>
    public SqliteStatement this[string sql]
    {
        get
        {
            if (!_statements.TryGetValue(sql, out var statement))
            {
                statement = new SqliteStatement(connection.Handle!, sql);
                _statements.Add(sql, statement);
            }

            return statement;
        }
    }

    /// <summary>Runs several statements without parameters.</summary>
    public void Script(string sql)
    {
        using var script = connection.CreateCommand();
#pragma warning disable CA2100 // Every text that comes here is a constant of this project.
        script.CommandText = sql;
#pragma warning restore CA2100
        script.ExecuteNonQuery();
    }

    /// <summary>How many pages this connection has written to the write-ahead log since the last call.</summary>
    public int TakeWrittenPages()
    {
        _ = raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, resetFlg: 1);
        return pages;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }
}
