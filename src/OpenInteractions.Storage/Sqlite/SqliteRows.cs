using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The rows of a statement that runs; to be disposed before the statement is used again.</summary>
internal readonly struct SqliteRows(SqliteStatement statement, sqlite3_stmt handle) : IRow, IDisposable
{
    /// <summary>Moves to the next row.</summary>
    /// <returns>False when there is none.</returns>
    public bool Read() => statement.Step();

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public string GetString(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public long GetInt64(int column) => raw.sqlite3_column_int64(handle, column);

    public int GetInt32(int column) => checked((int)GetInt64(column));

    public bool GetBoolean(int column) => GetInt64(column) != 0;

    public ReadOnlyMemory<byte> GetBytes(int column) => IsNull(column) ? default : raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose() => statement.Reset();
}
