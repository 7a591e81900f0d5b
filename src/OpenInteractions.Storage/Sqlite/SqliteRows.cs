using System.Text;
using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The rows of a statement that runs; to be disposed before the statement is used again.</summary>
internal readonly struct SqliteRows(SqliteStatement statement, sqlite3_stmt handle) : IRow, IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Moves to the next row.</summary>
    /// <returns>False when there is none.</returns>
    public bool Read() => statement.Step();

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public string GetString(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public long GetInt64(int column) => raw.sqlite3_column_int64(handle, column);

    public int GetInt32(int column) => checked((int)GetInt64(column));

    public bool GetBoolean(int column) => GetInt64(column) != 0;

    public ReadOnlyMemory<byte> GetBytes(int column) => IsNull(column) ? default : raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>Copies the column's bytes.</summary>
    /// <returns>How many there are.</returns>
    public int CopyBytes(int column, Span<byte> destination)
    {
        var bytes = raw.sqlite3_column_blob(handle, column);
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    /// <summary>The column as it is: text, long, byte[] or null.</summary>
    /// <exception cref="InvalidDataException">It holds something else, or text that is none.</exception>
    public object? GetValue(int column) => raw.sqlite3_column_type(handle, column) switch
    {
        raw.SQLITE_NULL => null,
        raw.SQLITE_INTEGER => GetInt64(column),
        raw.SQLITE_BLOB => raw.sqlite3_column_blob(handle, column).ToArray(),
        raw.SQLITE_TEXT => GetText(column),
        _ => throw new InvalidDataException("A number that is no integer."),
    };

    public void Dispose() => statement.Reset();

    private string GetText(int column)
    {
        try
        {
            return StrictUtf8.GetString(raw.sqlite3_column_blob(handle, column));
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException("Text that is not UTF-8.", exception);
        }
    }
}
